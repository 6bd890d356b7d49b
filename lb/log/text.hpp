#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

// Appending to a line. Each function writes at `out` and returns the end of what it wrote; the caller has
// made room (line_bound() in access_line.hpp). No locale, no allocation, no terminating zero.
namespace gatehouse::lb::text {

inline char* put(char* out, std::string_view plain) noexcept
{
    if (!plain.empty()) std::memcpy(out, plain.data(), plain.size());  // an empty view may be null
    return out + plain.size();
}

inline char* put(char* out, char one) noexcept
{
    *out = one;
    return out + 1;
}

char* put_number(char* out, std::uint64_t number) noexcept;

// Microseconds as seconds with three decimals, rounded (ALB's), or with all six. REQUIRES: not negative.
char* put_milliseconds(char* out, std::int64_t microseconds) noexcept;
char* put_microseconds(char* out, std::int64_t microseconds) noexcept;

// Unix microseconds as 2026-03-01T09:05:07.000123Z. REQUIRES: a year from 0 to 9999.
char* put_time(char* out, std::int64_t unix_microseconds) noexcept;

}  // namespace gatehouse::lb::text
