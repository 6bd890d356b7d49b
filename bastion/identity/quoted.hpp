#pragma once

#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Text from a key file or list as it may appear in a message: in single quotes, clipped after 80 bytes. Such
// files may hold any byte, and whatever is no printable ASCII is written as \xNN.
std::string quoted(std::string_view text);

}  // namespace gatehouse::bastion
