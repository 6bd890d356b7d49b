#pragma once

#include "bastion/console/console.hpp"

#include <string_view>

namespace gatehouse::bastion {

// The commands of the console, one file each. `rest` is what follows the command's name, without blanks around it.
console_answer overview(const console_question& asked, std::string_view rest);
console_answer whoami(const console_question& asked, std::string_view rest);
console_answer ls(const console_question& asked, std::string_view rest);
console_answer why(const console_question& asked, std::string_view rest);
console_answer sessions(const console_question& asked, std::string_view rest);
console_answer kill_session(const console_question& asked, std::string_view rest);
console_answer config(const console_question& asked, std::string_view rest);

// Sentences about the key itself, which lets its holder do less than the rules; empty = it does not.
std::string limits_of_key(const console_question& asked);

}  // namespace gatehouse::bastion
