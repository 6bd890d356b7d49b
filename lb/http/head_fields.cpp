#include "lb/http/head_fields.hpp"

#include "lb/http/characters.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::lb::http {
namespace {

// Each name in Connection is looked for among all fields: without a bound, one head could buy milliseconds of
// that.
constexpr unsigned most_options = 32;

// Whether the line is one line: Beast unfolds obs-fold, into a buffer of its own or, when all but one of the
// folded lines are empty, by pointing past them.
bool folded(std::string_view head, std::string_view name, std::string_view value) noexcept
{
    const auto* const end = head.data() + head.size();
    const auto* const colon = name.data() + name.size();
    if (value.data() <= colon || value.data() > end) return true;
    const auto gap = static_cast<std::size_t>(value.data() - colon);
    return std::string_view(colon, gap).find('\n') != std::string_view::npos;
}

bool always_hop_by_hop(field_id id) noexcept
{
    switch (id) {
    case field_id::connection:
    case field_id::keep_alive:
    case field_id::proxy_authenticate:
    case field_id::proxy_authorization:
    case field_id::proxy_connection:
    case field_id::te:
    case field_id::transfer_encoding:
    case field_id::upgrade: return true;
    default: return false;
    }
}

// A client must not be able to take from a target what the target decides by: naming such a field in
// Connection would have us remove it.
bool removable(const field& line, std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 5> kept{"authorization", "forwarded", "via", "x-real-ip",
                                                   "cache-control"};
    switch (line.id) {
    case field_id::content_length:
    case field_id::cookie:
    case field_id::date:
    case field_id::host:
    case field_id::set_cookie:
    case field_id::trailer:
    case field_id::x_amzn_trace_id:
    case field_id::traceparent:
    case field_id::tracestate: return false;
    default: break;
    }
    if (starts_lowered(name, "x-forwarded-")) return false;
    return std::none_of(kept.begin(), kept.end(), [name](auto text) { return equals_lowered(name, text); });
}

bool same_name(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

head_fields::head_fields(std::string_view head, const head_limits& limits, std::vector<field>& out) noexcept
    : head_(head), limits_(limits), fields_(out)
{
    fields_.clear();
}

refusal head_fields::add(std::string_view name, std::string_view value)
{
    if (fields_.size() >= limits_.field_count) return refusal::too_many_fields;
    if (folded(head_, name, value)) return refusal::bad_field;
    const auto length = static_cast<std::size_t>(value.data() + value.size() - name.data());
    if (length > limits_.field_line) return refusal::field_too_long;
    field line{.name = slice_of(head_, name), .value = slice_of(head_, value), .id = identify(name)};
    if (line.id == field_id::other) {
        if (looks_like_framing(name)) return refusal::bad_field;
    } else if (const auto problem = note(line, value); problem != refusal::none) {
        return problem;
    }
    fields_.push_back(line);
    return refusal::none;
}

refusal head_fields::note(field& line, std::string_view value) noexcept
{
    line.hop_by_hop = always_hop_by_hop(line.id);
    switch (line.id) {
    case field_id::content_length: return note_length(value);
    case field_id::transfer_encoding: codings_.add(value); break;
    case field_id::connection: return note_options(value);
    case field_id::upgrade: note_upgrade(value); break;
    case field_id::host:
        ++hosts_;
        host_ = line.value;
        break;
    case field_id::expect:
        if (!equals_lowered(value, "100-continue")) return refusal::expectation_unknown;
        expect_continue_ = true;
        break;
    default: break;
    }
    return refusal::none;
}

refusal head_fields::note_length(std::string_view value) noexcept
{
    if (length_) return refusal::bad_content_length;
    length_ = parse_content_length(value);
    return length_ ? refusal::none : refusal::bad_content_length;
}

refusal head_fields::note_options(std::string_view value) noexcept
{
    for (std::string_view option; next_element(value, option);) {
        if (++options_ > most_options) return refusal::bad_field;
        if (equals_lowered(option, "close"))
            option_close_ = true;
        else if (equals_lowered(option, "keep-alive"))
            option_keep_alive_ = true;
        else if (equals_lowered(option, "upgrade"))
            option_upgrade_ = true;
        else if (!option.empty())
            option_other_ = true;
    }
    return refusal::none;
}

// A tunnel of cleartext HTTP/2 would carry requests past every rule of the door, so h2c is no upgrade: the
// target answers in HTTP/1.1, as RFC 9110 7.8 allows it to.
void head_fields::note_upgrade(std::string_view value) noexcept
{
    for (std::string_view protocol; next_element(value, protocol);)
        if (starts_lowered(protocol, "h2c") || starts_lowered(protocol, "http/2"))
            upgrade_to_http2_ = true;
        else if (!protocol.empty())
            upgrade_field_ = true;
}

void head_fields::finish() noexcept
{
    if (!option_other_) return;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        if (fields_[i].id != field_id::connection) continue;
        auto options = fields_[i].value.of(head_);
        for (std::string_view option; next_element(options, option);)
            if (!option.empty()) mark_named(option);
    }
}

void head_fields::mark_named(std::string_view option) noexcept
{
    for (auto& line : fields_) {
        const auto name = line.name.of(head_);
        if (same_name(name, option) && removable(line, name)) line.hop_by_hop = true;
    }
}

refusal head_fields::framing_problem(http::version spoken) const noexcept
{
    if (!codings_.any()) return refusal::none;
    if (length_) return refusal::ambiguous_framing;
    if (spoken == http::version::http_1_0 || codings_.malformed()) return refusal::bad_transfer_encoding;
    if (codings_.repeated_chunked() || codings_.after_chunked() || codings_.parameters())
        return refusal::bad_transfer_encoding;
    return codings_.only_chunked() ? refusal::none : refusal::unknown_transfer_coding;
}

bool head_fields::persistent(http::version spoken) const noexcept
{
    if (option_close_) return false;
    return spoken == http::version::http_1_1 || option_keep_alive_;
}

}  // namespace gatehouse::lb::http
