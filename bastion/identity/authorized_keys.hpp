#pragma once

#include "bastion/identity/key_options.hpp"
#include "bastion/identity/key_rules.hpp"
#include "bastion/identity/public_key.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// A line of OpenSSH's authorized_keys that counts.
struct authorized_key {
    public_key key;
    key_options options;
    std::string comment;
    std::size_t line;  // 1-based
};

// A line that does not, and why: a sentence for the operator.
struct refused_line {
    std::size_t line;
    std::string why;
};

struct authorized_keys {
    std::vector<authorized_key> keys;  // in the file's order
    std::vector<refused_line> refused;
};

// Reads the file's text. A line that is refused takes no other with it.
authorized_keys parse_authorized_keys(std::string_view text, const key_rules& rules);

// One line, without a comment or an empty one; its number is put into the result.
boost::system::result<authorized_key, std::string>
parse_authorized_key(std::string_view line, std::size_t number, const key_rules& rules);

}  // namespace gatehouse::bastion
