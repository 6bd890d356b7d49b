#pragma once

#include <string>
#include <string_view>

namespace gatehouse::service {

// Appends `text` with everything escaped that could end a quoted string, start a new line or steer a
// terminal: quotes, backslashes, C0 and C1 controls. What is not UTF-8 becomes U+FFFD. Valid inside a JSON
// string.
void append_escaped(std::string& to, std::string_view text);

// `text` as a JSON string, with its quotes.
std::string json_string(std::string_view text);

// `text` with what is not UTF-8 as U+FFFD, and nothing else changed.
std::string to_utf8(std::string_view text);

// True when append_escaped would change nothing.
bool is_plain(std::string_view text);

}  // namespace gatehouse::service
