#include "bastion/console/terminal_text.hpp"

#include "service/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace gatehouse::bastion {
namespace {

bool continues(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

std::string_view first_characters(std::string_view text)
{
    auto size = longest_terminal_text;
    while (size > longest_terminal_text - 4 && continues(text[size])) --size;
    return text.substr(0, size);
}

// ASCII that is shown as it is: nearly all there is.
bool is_simple(std::string_view text)
{
    return std::ranges::all_of(text, [](char one) { return one >= ' ' && one <= '~' && one != '"' && one != '\\'; });
}

// A character of well-formed UTF-8.
std::uint32_t code_point(std::string_view character)
{
    const auto lead = static_cast<unsigned char>(character.front());
    std::uint32_t value = lead < 0x80 ? lead : lead >= 0xf0 ? lead & 0x07U : lead >= 0xe0 ? lead & 0x0fU : lead & 0x1fU;
    for (const char byte : character.substr(1)) value = value << 6 | (static_cast<unsigned char>(byte) & 0x3fU);
    return value;
}

// What turns the reading direction, or is not seen at all and makes two names look the same.
bool deceives(std::uint32_t value)
{
    return value == 0xad || value == 0x61c || (value >= 0x200b && value <= 0x200f) ||
           (value >= 0x202a && value <= 0x202e) || (value >= 0x2060 && value <= 0x206f) || value == 0xfeff;
}

}  // namespace

std::string terminal_text(std::string_view text)
{
    const bool cut = text.size() > longest_terminal_text;
    if (!cut && is_simple(text)) return std::string(text);
    std::string escaped, shown;
    service::append_escaped(escaped, cut ? first_characters(text) : text);
    for (std::size_t at = 0; at < escaped.size();) {
        auto end = at + 1;
        while (end < escaped.size() && continues(escaped[end])) ++end;
        const std::string_view character(escaped.data() + at, end - at);
        const auto value = code_point(character);
        at = end;
        if (!deceives(value)) {
            shown += character;
            continue;
        }
        char code[8];
        std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(value & 0xffff));
        shown += code;
    }
    return cut ? shown + "..." : shown;
}

std::size_t characters(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return !continues(byte); }));
}

}  // namespace gatehouse::bastion
