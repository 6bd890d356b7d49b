#include "bastion/audit/audit_text.hpp"

#include "service/text.hpp"

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
    auto size = longest_audit_text;
    while (size > longest_audit_text - 4 && continues(text[size])) --size;
    return text.substr(0, size);
}

void append_unit(std::string& to, std::uint32_t unit)
{
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(unit & 0xffff));
    to += escaped;
}

void append_point(std::string& to, std::uint32_t point)
{
    if (point < 0x10000) return append_unit(to, point);
    append_unit(to, 0xd800 + ((point - 0x10000) >> 10));
    append_unit(to, 0xdc00 + ((point - 0x10000) & 0x3ff));
}

// What append_escaped made: a valid JSON string in valid UTF-8.
void append_ascii(std::string& to, std::string_view escaped)
{
    for (std::size_t at = 0; at < escaped.size();) {
        const auto lead = static_cast<unsigned char>(escaped[at++]);
        if (lead < 0x80) {
            to += static_cast<char>(lead);
            continue;
        }
        std::uint32_t point = lead >= 0xf0 ? lead & 0x07 : lead >= 0xe0 ? lead & 0x0f : lead & 0x1f;
        for (; at < escaped.size() && continues(escaped[at]); ++at)
            point = point << 6 | (static_cast<unsigned char>(escaped[at]) & 0x3f);
        append_point(to, point);
    }
}

}  // namespace

extent append_audit_text(std::string& to, std::string_view text)
{
    const auto told = text.size() > longest_audit_text ? extent::cut : extent::whole;
    std::string escaped;
    service::append_escaped(escaped, told == extent::cut ? first_characters(text) : text);
    append_ascii(to, escaped);
    if (told == extent::cut) to += "...";
    return told;
}

}  // namespace gatehouse::bastion
