#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

constexpr std::size_t longest_audit_text = 256;  // bytes, before escapes

enum class extent { whole, cut };

// Appends `text` as the inside of a JSON string of printable ASCII: whatever else it holds becomes an escape, and a
// byte that is no UTF-8 becomes \ufffd. So no client can end a line, forge a field, steer a terminal or turn the
// reading direction. What is longer than longest_audit_text is cut, at a character, and ends with "...".
extent append_audit_text(std::string& to, std::string_view text);

}  // namespace gatehouse::bastion
