#include "discovery/aws/sigv4.hpp"

#include "discovery/aws/iso_time.hpp"
#include "discovery/aws/percent.hpp"
#include "discovery/aws/sha256.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

namespace gatehouse::discovery::aws {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view date_field = "X-Amz-Date", token_field = "X-Amz-Security-Token",
                           signature_field = "Authorization";

std::string lowered(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

// Without blanks at both ends, and with single ones between.
std::string squeezed(std::string_view text)
{
    std::string kept;
    for (const char c : text) {
        if (c != ' ' && c != '\t')
            kept += c;
        else if (!kept.empty() && kept.back() != ' ')
            kept += ' ';
    }
    if (!kept.empty() && kept.back() == ' ') kept.pop_back();
    return kept;
}

// What is between the client and AWS may change these, and a signature covers itself in no case.
bool is_left_out(std::string_view lower_name)
{
    constexpr std::array names{"authorization",     "connection", "expect",         "te",
                               "transfer-encoding", "user-agent", "x-amzn-trace-id"};
    return std::ranges::find(names, lower_name) != names.end();
}

using field_map = std::map<std::string, std::string>;  // lower-case names, in the order of the signature

field_map signed_fields(const http_request& what)
{
    field_map fields{{"host", squeezed(what.host)}};
    for (const auto& [name, value] : what.fields) {
        auto lower = lowered(name);
        if (is_left_out(lower)) continue;
        const auto [place, first] = fields.try_emplace(std::move(lower));
        if (!first) place->second += ',';
        place->second += squeezed(value);
    }
    return fields;
}

std::string names_of(const field_map& fields)
{
    std::string names;
    for (const auto& [name, value] : fields) (names += names.empty() ? "" : ";") += name;
    return names;
}

std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string without_dots(std::string_view path)
{
    std::vector<std::string_view> kept;
    for (const auto segment : split(path, '/')) {
        if (segment == "..") {
            if (!kept.empty()) kept.pop_back();
        } else if (!segment.empty() && segment != ".") {
            kept.push_back(segment);
        }
    }
    std::string clean;
    for (const auto segment : kept) (clean += '/') += segment;
    if (clean.empty() || path.back() == '/') clean += '/';
    return clean;
}

// Sorted by name and then by value, both encoded: not the same order as that of the "name=value" strings.
std::string canonical_query(std::string_view query)
{
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto part : split(query, '&')) {
        if (part.empty()) continue;
        const auto equals = part.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
        pairs.emplace_back(percent_encoded(percent_decoded(part.substr(0, equals))),
                           percent_encoded(percent_decoded(value)));
    }
    std::ranges::sort(pairs);
    std::string text;
    for (const auto& [name, value] : pairs) (((text += text.empty() ? "" : "&") += name) += '=') += value;
    return text;
}

std::string scope_text(const signing_scope& scope)
{
    auto text = basic_iso_time(scope.time).substr(0, 8);
    ((text += '/') += scope.region) += '/';
    return (text += scope.service) += "/aws4_request";
}

std::string_view bytes_of(const sha256_digest& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void remove_earlier_signature(std::vector<http_field>& fields)
{
    std::erase_if(fields, [](const http_field& field) {
        const auto lower = lowered(field.name);
        return lower == lowered(date_field) || lower == lowered(token_field) ||
               lower == lowered(signature_field);
    });
}

}  // namespace

std::string canonical_request(const http_request& what, path_form path)
{
    const auto fields = signed_fields(what);
    // The path is encoded once more than it is sent: so AWS does for every service but S3.
    auto text = what.method + '\n';
    text += percent_encoded(path == path_form::as_sent ? what.path : without_dots(what.path), "/");
    (text += '\n') += canonical_query(what.query);
    text += '\n';
    for (const auto& [name, value] : fields) (((text += name) += ':') += value) += '\n';
    (text += '\n') += names_of(fields);
    (text += '\n') += hex(sha256(what.body));
    return text;
}

std::string string_to_sign(std::string_view canonical_request, const signing_scope& scope)
{
    std::string text(algorithm);
    (text += '\n') += basic_iso_time(scope.time);
    (text += '\n') += scope_text(scope);
    (text += '\n') += hex(sha256(canonical_request));
    return text;
}

std::string signature(std::string_view string_to_sign, std::string_view secret_key,
                      const signing_scope& scope)
{
    const auto first = "AWS4" + std::string(secret_key);
    const auto of_date = hmac_sha256(first, basic_iso_time(scope.time).substr(0, 8));
    const auto of_region = hmac_sha256(bytes_of(of_date), scope.region);
    const auto of_service = hmac_sha256(bytes_of(of_region), scope.service);
    const auto key = hmac_sha256(bytes_of(of_service), "aws4_request");
    return hex(hmac_sha256(bytes_of(key), string_to_sign));
}

void sign(http_request& what, const credentials& by, std::string_view region, std::string_view service,
          std::chrono::system_clock::time_point now)
{
    remove_earlier_signature(what.fields);
    what.fields.push_back({std::string(date_field), basic_iso_time(now)});
    if (!by.session_token.empty()) what.fields.push_back({std::string(token_field), by.session_token});
    const signing_scope scope{now, region, service};
    const auto to_sign = string_to_sign(canonical_request(what), scope);
    std::string value(algorithm);
    (((value += " Credential=") += by.access_key) += '/') += scope_text(scope);
    (value += ", SignedHeaders=") += names_of(signed_fields(what));
    (value += ", Signature=") += signature(to_sign, by.secret_key, scope);
    what.fields.push_back({std::string(signature_field), std::move(value)});
}

}  // namespace gatehouse::discovery::aws
