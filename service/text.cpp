#include "service/text.hpp"

#include <cstdint>
#include <cstdio>

namespace gatehouse::service {

namespace {

struct code_point {
    std::uint32_t value;
    std::size_t length;  // in bytes; 0 when `text` does not begin with well-formed UTF-8
};

bool in(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

// Table 3-7 of the Unicode standard: the second byte's range refuses overlong forms, surrogates and what lies
// beyond U+10FFFF.
code_point decode(std::string_view text)
{
    const auto at = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
    };
    const auto lead = at(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = in(lead, 0xc2, 0xdf)   ? 2
                               : in(lead, 0xe0, 0xef) ? 3
                               : in(lead, 0xf0, 0xf4) ? 4
                                                      : 0;
    const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (length == 0 || !in(at(1), low, high)) return {0, 0};
    std::uint32_t value = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (!in(at(i), 0x80, 0xbf)) return {0, 0};
        value = (value << 6) | (at(i) & 0x3fU);
    }
    return {value, length};
}

void append_control(std::string& to, std::uint32_t value)
{
    switch (value) {
    case '\n':
        to += "\\n";
        return;
    case '\r':
        to += "\\r";
        return;
    case '\t':
        to += "\\t";
        return;
    default:
        break;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(value & 0xffffU));
    to += escaped;
}

bool is_control(std::uint32_t value)
{
    return value < 0x20 || (value >= 0x7f && value < 0xa0) || value == 0x2028 || value == 0x2029;
}

}  // namespace

std::string to_utf8(std::string_view text)
{
    std::string made;
    while (!text.empty()) {
        const auto length = decode(text).length;
        if (length == 0)
            made += "\xef\xbf\xbd";
        else
            made += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return made;
}

void append_escaped(std::string& to, std::string_view text)
{
    while (!text.empty()) {
        const auto [value, length] = decode(text);
        if (length == 0) {
            to += "\xef\xbf\xbd";
            text.remove_prefix(1);
            continue;
        }
        if (value == '"' || value == '\\')
            (to += '\\') += static_cast<char>(value);
        else if (is_control(value))
            append_control(to, value);
        else
            to += text.substr(0, length);
        text.remove_prefix(length);
    }
}

std::string json_string(std::string_view text)
{
    std::string quoted = "\"";
    append_escaped(quoted, text);
    return quoted += '"';
}

bool is_plain(std::string_view text)
{
    std::string escaped;
    append_escaped(escaped, text);
    return escaped == text;
}

}  // namespace gatehouse::service
