#include "discovery/aws/imds_answers.hpp"

#include "discovery/aws/clean_text.hpp"
#include "discovery/aws/iso_time.hpp"
#include "discovery/aws/xml_answer.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_json = 64 * 1024;

std::optional<json::object> read_object(std::string_view text)
{
    if (text.size() > longest_json) return std::nullopt;
    json::error_code failed;
    auto value = json::parse(text, failed);
    if (failed || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

// Empty when the member is not there, or no string.
std::string text_of(const json::object& from, std::string_view member)
{
    const auto* const found = from.if_contains(member);
    const auto* const text = found ? found->if_string() : nullptr;
    return text ? std::string(*text) : std::string();
}

api_error told_error(unsigned status, const std::string& code, const std::string& message)
{
    return {classify(status, code, message), status, clean_text(shortened(code, longest_code)),
            clean_text(shortened(message, longest_message))};
}

// Says what is missing, and never what was there: it may be half a secret.
result<credentials> checked(credentials keys, std::string_view expiration)
{
    if (!is_usable(keys)) return invalid_answer("the answer holds no usable keys");
    if (expiration.empty()) return keys;
    keys.expires = parse_iso_time(expiration);
    if (!keys.expires) return invalid_answer("the end of the keys is no time");
    return keys;
}

}  // namespace

result<credentials> read_role_credentials(std::string_view body, std::string source)
{
    const auto from = read_object(body);
    if (!from) return invalid_answer("the answer is no JSON object with keys");
    const auto code = text_of(*from, "Code");  // of the metadata alone
    if (!code.empty() && code != "Success") return told_error(200, code, text_of(*from, "Message"));
    credentials keys{text_of(*from, "AccessKeyId"), text_of(*from, "SecretAccessKey"),
                     text_of(*from, "Token"), std::nullopt, std::move(source)};
    return checked(std::move(keys), text_of(*from, "Expiration"));
}

api_error read_role_error(unsigned status, std::string_view body)
{
    if (const auto from = read_object(body)) {
        const auto code = text_of(*from, from->contains("code") ? "code" : "Code");
        const auto message = text_of(*from, from->contains("message") ? "message" : "Message");
        if (!code.empty() || !message.empty()) return told_error(status, code, message);
    }
    return read_error(status, body);
}

result<credentials> read_web_identity(std::string_view xml, std::string source)
{
    const auto document = parse_answer(xml, "AssumeRoleWithWebIdentityResponse");
    if (!document) return document.error();
    const auto answer = (*document)->document_element().child("AssumeRoleWithWebIdentityResult");
    const auto from = answer.child("Credentials");
    credentials keys{text_at(from, "AccessKeyId"), text_at(from, "SecretAccessKey"),
                     text_at(from, "SessionToken"), std::nullopt, std::move(source)};
    return checked(std::move(keys), text_at(from, "Expiration"));
}

}  // namespace gatehouse::discovery::aws
