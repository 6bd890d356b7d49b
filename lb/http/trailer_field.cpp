#include "lb/http/trailer_field.hpp"

#include "lb/http/characters.hpp"
#include "lb/http/field.hpp"
#include "lb/http/framing_field.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::lb::http {
namespace {

constexpr std::array<std::string_view, 22> head_only{
    "age", "authorization", "cache-control", "content-encoding", "content-language", "content-location",
    "content-range", "content-type", "expires", "forwarded", "if-match", "if-modified-since",
    "if-none-match", "if-range", "location", "max-forwards", "pragma", "range", "retry-after", "vary",
    "via", "x-real-ip",
};

constexpr std::array<std::string_view, 3> head_only_prefixes{"x-forwarded-", "proxy-", "www-authenticate"};

}  // namespace

trailer_verdict judge_trailer(std::string_view line) noexcept
{
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return trailer_verdict::bad;
    const auto name = line.substr(0, colon);
    if (!is_token(name)) return trailer_verdict::bad;
    for (const char c : line.substr(colon))
        if (is(c, character::control)) return trailer_verdict::bad;

    if (identify(name) != field_id::other || looks_like_framing(name)) return trailer_verdict::remove;
    const bool known = std::any_of(head_only.begin(), head_only.end(),
                                   [name](auto text) { return equals_lowered(name, text); });
    const bool family = std::any_of(head_only_prefixes.begin(), head_only_prefixes.end(),
                                    [name](auto text) { return starts_lowered(name, text); });
    return known || family ? trailer_verdict::remove : trailer_verdict::pass;
}

}  // namespace gatehouse::lb::http
