#include "lb/http/desync_classifier.hpp"

#include "lb/http/characters.hpp"
#include "lb/http/framing_field.hpp"

#include <algorithm>
#include <cstddef>

namespace gatehouse::lb::http {
namespace {

constexpr bool breaks_lines(char c) noexcept { return c == '\0' || c == '\r' || c == '\n'; }

bool breaks_lines(std::string_view text) noexcept
{
    return std::any_of(text.begin(), text.end(), [](char c) { return breaks_lines(c); });
}

bool has_control(std::string_view text) noexcept
{
    return std::any_of(text.begin(), text.end(), [](char c) { return is(c, character::control); });
}

bool is_version(std::string_view text) noexcept
{
    return text.size() == 8 && text.substr(0, 5) == "HTTP/" && is(text[5], character::digit) &&
           text[6] == '.' && is(text[7], character::digit);
}

// Collects what is wrong with a head and keeps the first of the worst.
class classifier {
public:
    desync_verdict classify(std::string_view head) noexcept;

private:
    void worse(desync_class tier, desync_reason reason) noexcept
    {
        if (tier > verdict_.tier) verdict_ = {tier, reason};
    }
    void acceptable(desync_reason reason) noexcept { worse(desync_class::acceptable, reason); }
    void ambiguous(desync_reason reason) noexcept { worse(desync_class::ambiguous, reason); }
    void severe(desync_reason reason) noexcept { worse(desync_class::severe, reason); }

    void request_line(std::string_view line) noexcept;
    void target(std::string_view text) noexcept;
    void version(std::string_view text) noexcept;
    void field_line(std::string_view line) noexcept;
    void content_length(std::string_view value) noexcept;
    void transfer_encoding(std::string_view value) noexcept;
    void framing() noexcept;

    desync_verdict verdict_;
    std::string_view method_;
    bool before_1_1_ = false, before_1_0_ = false;
    std::optional<std::uint64_t> length_;
    bool any_length_ = false;
    transfer_codings codings_;
};

desync_verdict classifier::classify(std::string_view head) noexcept
{
    bool first = true;
    while (!head.empty()) {
        const auto end = std::min(head.find("\r\n"), head.size());
        const auto line = head.substr(0, end);
        head.remove_prefix(std::min(end + 2, head.size()));
        if (first)
            request_line(line);
        else if (!line.empty())
            field_line(line);
        else
            break;
        first = false;
    }
    framing();
    return verdict_;
}

// The version is what follows the first " HTTP/", so that a target with spaces is one, else the last word.
void classifier::request_line(std::string_view line) noexcept
{
    const auto space = line.find(' ');
    method_ = line.substr(0, space);
    if (!is_token(method_)) severe(desync_reason::bad_method);
    if (space == std::string_view::npos) return ambiguous(desync_reason::ambiguous_uri);
    const auto rest = line.substr(space + 1);
    auto end = rest.find(" HTTP/");
    if (end == std::string_view::npos) end = rest.rfind(' ');
    target(rest.substr(0, end));
    version(end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1));
}

void classifier::target(std::string_view text) noexcept
{
    if (breaks_lines(text)) severe(desync_reason::bad_uri);
    if (has_control(text) || text.find('\t') != std::string_view::npos)
        ambiguous(desync_reason::ambiguous_uri);
    if (text.find(' ') != std::string_view::npos) acceptable(desync_reason::space_in_uri);
}

void classifier::version(std::string_view text) noexcept
{
    const auto bare = trimmed(text);
    if (!bare.empty() && !is_version(bare)) return severe(desync_reason::bad_version);
    before_1_0_ = bare.empty() || bare[5] == '0';
    before_1_1_ = before_1_0_ || bare == "HTTP/1.0";
    if (text != "HTTP/1.0" && text != "HTTP/1.1") acceptable(desync_reason::non_compliant_version);
}

void classifier::field_line(std::string_view line) noexcept
{
    if (breaks_lines(line)) severe(desync_reason::bad_header);
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    const auto value = colon == std::string_view::npos ? std::string_view{} : trimmed(line.substr(colon + 1));
    if (trimmed(name).empty()) return ambiguous(desync_reason::empty_header);
    if (equals_lowered(name, "content-length")) return content_length(value);
    if (equals_lowered(name, "transfer-encoding")) return transfer_encoding(value);
    // A line without a colon, or one that continues the last, is read in at least two ways.
    if (looks_like_framing(name) || colon == std::string_view::npos || is_blank(line.front()))
        return ambiguous(desync_reason::suspicious_header);
    if (!is_token(name) || has_control(value)) acceptable(desync_reason::non_compliant_header);
}

void classifier::content_length(std::string_view value) noexcept
{
    const auto length = parse_content_length(value);
    if (!length) return severe(desync_reason::bad_content_length);
    if (any_length_) {
        if (length == length_)
            ambiguous(desync_reason::duplicate_content_length);
        else
            severe(desync_reason::multiple_content_length);
    }
    any_length_ = true;
    length_ = length;
}

void classifier::transfer_encoding(std::string_view value) noexcept
{
    codings_.add(value);
    if (codings_.unregistered() || has_control(value)) severe(desync_reason::bad_transfer_encoding);
}

void classifier::framing() noexcept
{
    if (codings_.repeated_chunked()) severe(desync_reason::multiple_transfer_encoding_chunked);
    if (codings_.malformed() || codings_.after_chunked()) severe(desync_reason::bad_transfer_encoding);
    if (codings_.any() && any_length_) ambiguous(desync_reason::both_te_cl_present);
    if (codings_.any() && before_1_1_) ambiguous(desync_reason::undefined_transfer_encoding_semantics);
    if (any_length_ && before_1_0_) ambiguous(desync_reason::undefined_content_length_semantics);
    const auto verb = method_ == "GET" ? method::get : method_ == "HEAD" ? method::head : method::other;
    const auto semantics = semantics_verdict(verb, length_, codings_.any());
    worse(semantics.tier, semantics.reason);
}

}  // namespace

desync_verdict classify_refused(std::string_view head) noexcept { return classifier().classify(head); }

desync_verdict semantics_verdict(method verb, const std::optional<std::uint64_t>& length,
                                 bool chunked) noexcept
{
    if (verb != method::get && verb != method::head) return {};
    if (chunked) return {desync_class::ambiguous, desync_reason::undefined_transfer_encoding_semantics};
    if (!length) return {};
    if (*length == 0) return {desync_class::acceptable, desync_reason::get_head_zero_content_length};
    return {desync_class::ambiguous, desync_reason::undefined_content_length_semantics};
}

}  // namespace gatehouse::lb::http
