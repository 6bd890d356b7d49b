#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::conf {

using names = std::vector<std::string>;

// What to say after a word that is not one of `known`: ", did you mean 'x'?" when one of them is a slip of
// the keyboard away, otherwise "; allowed: a, b, c" when there are few enough to list, otherwise nothing.
std::string suggestion(std::string_view word, const names& known);

}  // namespace gatehouse::conf
