#include "conf/encoding.hpp"

#include <algorithm>

namespace gatehouse::conf {
namespace {

unsigned char byte(char c) noexcept
{
    return static_cast<unsigned char>(c);
}

bool is_control(char c) noexcept
{
    return byte(c) < 0x20 || byte(c) == 0x7f;
}

// Length of the well-formed sequence (RFC 3629) at the front of `text`, 0 when there is none.
std::size_t sequence_length(std::string_view text) noexcept
{
    const unsigned lead = byte(text[0]);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xc2 && lead < 0xe0   ? 2
                               : (lead & 0xf0) == 0xe0       ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || text.size() < length) return 0;
    const auto continuation = [](char c) { return (byte(c) & 0xc0) == 0x80; };
    if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length), continuation))
        return 0;
    const unsigned second = byte(text[1]);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second >= 0xa0;
    const bool beyond = lead == 0xf4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

std::string hex(char c)
{
    constexpr std::string_view digits = "0123456789abcdef";
    return {'\\', 'x', digits[byte(c) >> 4], digits[byte(c) & 15]};
}

}  // namespace

std::optional<bad_character> first_bad_character(std::string_view text)
{
    int line = 1;
    std::size_t line_start = 0;
    for (std::size_t at = 0; at < text.size();) {
        const int column = static_cast<int>(at - line_start) + 1;
        const auto length = sequence_length(text.substr(at, 4));
        if (length == 0) return bad_character{line, column, "is not UTF-8 text"};
        const char c = text[at];
        if (is_control(c) && c != '\t' && c != '\n' && c != '\r')
            return bad_character{line, column, "control character " + hex(c) + " in the file"};
        at += length;
        if (c != '\n') continue;
        ++line;
        line_start = at;
    }
    return std::nullopt;
}

bool has_control(std::string_view text) noexcept
{
    return std::ranges::any_of(text, is_control);
}

std::string printable(std::string_view text)
{
    constexpr std::size_t longest = 80;
    std::string shown;
    for (const char c : text.substr(0, longest)) {
        if (is_control(c))
            shown += hex(c);
        else
            shown += c;
    }
    if (text.size() <= longest) return shown;
    while (!shown.empty() && (byte(shown.back()) & 0xc0) == 0x80) shown.pop_back();  // never half a character
    if (!shown.empty() && byte(shown.back()) >= 0xc0) shown.pop_back();
    return shown + "...";
}

}  // namespace gatehouse::conf
