#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatehouse::lb::http {

// The character classes of RFC 9110 and RFC 3986 as one table, and the few comparisons that go with them.
// Locale-free, unlike <cctype>.
namespace character {

enum kind : std::uint8_t {
    token = 1,    // tchar, RFC 9110 5.6.2
    control = 2,  // CTL without HTAB: never inside a head
    target = 4,   // in a request target, see request_target.hpp
    name = 8,     // in a registered name (RFC 3986 reg-name) without "%" and ","
    digit = 16,
    hex = 32,
    letter = 64,
};

constexpr bool one_of(char c, std::string_view set) noexcept { return set.find(c) != std::string_view::npos; }

constexpr std::uint8_t kinds_of(unsigned value) noexcept
{
    const char c = static_cast<char>(value);
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_hex = is_digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    unsigned all = 0;
    if (is_digit || is_letter || (value < 128 && value != 0 && one_of(c, "!#$%&'*+-.^_`|~"))) all |= token;
    if ((value < 0x20 && c != '\t') || value == 0x7f) all |= control;
    if (value > 0x20 && value < 0x7f && c != '#') all |= target;
    if (is_digit || is_letter || (value < 128 && value != 0 && one_of(c, "-._~!$&'()*+;="))) all |= name;
    if (is_digit) all |= digit;
    if (is_hex) all |= hex;
    if (is_letter) all |= letter;
    return static_cast<std::uint8_t>(all);
}

constexpr auto table = [] {
    std::array<std::uint8_t, 256> made{};
    for (unsigned i = 0; i < made.size(); ++i) made[i] = kinds_of(i);
    return made;
}();

}  // namespace character

constexpr bool is(char c, character::kind wanted) noexcept
{
    return (character::table[static_cast<unsigned char>(c)] & wanted) != 0;
}

// Every character is of the kind; true for an empty text.
constexpr bool all_are(std::string_view text, character::kind wanted) noexcept
{
    return std::all_of(text.begin(), text.end(), [wanted](char c) { return is(c, wanted); });
}

constexpr bool is_token(std::string_view text) noexcept
{
    return !text.empty() && all_are(text, character::token);
}

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// `lowered` must already be in lower case.
constexpr bool equals_lowered(std::string_view text, std::string_view lowered) noexcept
{
    if (text.size() != lowered.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (lower(text[i]) != lowered[i]) return false;
    return true;
}

constexpr bool starts_lowered(std::string_view text, std::string_view lowered) noexcept
{
    return text.size() >= lowered.size() && equals_lowered(text.substr(0, lowered.size()), lowered);
}

// Without surrounding white space (OWS, RFC 9110 5.6.3).
constexpr std::string_view trimmed(std::string_view text) noexcept
{
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// Takes the next element off a comma-separated list (RFC 9110 5.6.1), trimmed. Knows no quoted strings: for
// lists of tokens only. False when the list is exhausted.
constexpr bool next_element(std::string_view& list, std::string_view& element) noexcept
{
    if (list.data() == nullptr) return false;
    const auto comma = list.find(',');
    element = trimmed(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    return true;
}

}  // namespace gatehouse::lb::http
