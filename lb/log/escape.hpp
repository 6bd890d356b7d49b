#pragma once

#include <cstddef>
#include <string_view>

// What keeps a client from forging or breaking a line of the access log. Both escapes leave a line of
// printable characters without a raw quote, backslash or line separator inside a value.
namespace gatehouse::lb::text {

// No escape makes a byte longer than this.
constexpr std::size_t escape_growth = 6;

// Inside a JSON string: `\"`, `\\`, and \u00XX for every other control byte. Well-formed UTF-8 stays, but for
// what some reader takes for a line end (U+0080..U+009F, U+2028, U+2029), which becomes \uXXXX. A byte that
// is no part of well-formed UTF-8 becomes \u00XX of its value, so the line is valid UTF-8 and valid JSON.
char* put_json(char* out, std::string_view value) noexcept;

// As ALB does: \xNN for quote, backslash, control bytes and everything beyond ASCII. `put_hex` is for inside
// quotes; `put_hex_word` escapes the space too, so that the value stays one field without quotes.
char* put_hex(char* out, std::string_view value) noexcept;
char* put_hex_word(char* out, std::string_view value) noexcept;

}  // namespace gatehouse::lb::text
