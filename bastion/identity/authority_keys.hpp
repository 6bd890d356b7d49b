#pragma once

#include "bastion/identity/authorized_keys.hpp"

#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// The CAs of every user, as a file of sshd's TrustedUserCAKeys lists them: a public key per line, '#' for
// comments.
struct authority_keys {
    std::vector<public_key> keys;
    std::vector<refused_line> refused;
};

// A line that is refused takes no other with it. Options refuse their line: here they have no meaning, and an
// operator who wrote some meant to restrict.
authority_keys parse_authority_keys(std::string_view text, const key_rules& rules);

}  // namespace gatehouse::bastion
