#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

constexpr std::size_t longest_terminal_text = 1024;  // bytes, before escapes

// A text of the inventory or of a client as part of a line on a terminal: nothing in it ends the line, steers the
// terminal, turns the reading direction or is invisible. What is longer than longest_terminal_text is cut, at a
// character, and ends with "...".
std::string terminal_text(std::string_view text);

// How many characters of a terminal_text() are seen.
std::size_t characters(std::string_view text);

}  // namespace gatehouse::bastion
