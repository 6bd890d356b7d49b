#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::lb::http {

// "Name: value" CRLF, appended.
inline void append_line(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ", 2).append(value).append("\r\n", 2);
}

inline void append_number(std::string& out, std::uint64_t number)
{
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

inline void append_content_length(std::string& out, std::uint64_t length)
{
    out.append("Content-Length: ");
    append_number(out, length);
    out.append("\r\n", 2);
}

}  // namespace gatehouse::lb::http
