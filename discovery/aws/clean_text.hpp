#pragma once

#include <cstddef>
#include <string>

namespace gatehouse::discovery::aws {

// Text from an answer as it may go into the log, a file or a page: unchanged when it is UTF-8 without control
// characters but tab and line ends, else with '?' for everything that is not printable ASCII. A tag that is
// damaged does no more harm than to look so.
std::string clean_text(std::string text);

// At most `longest` bytes, then "..."; never ends in half a character.
std::string shortened(std::string text, std::size_t longest);

}  // namespace gatehouse::discovery::aws
