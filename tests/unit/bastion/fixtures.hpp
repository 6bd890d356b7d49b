#pragma once

#include "bastion/identity/public_key.hpp"

#include <string>
#include <string_view>

namespace gatehouse::test {

// What OpenSSH's ssh-keygen made: a line of fixtures/openssh.txt, by its name.
struct fixture {
    std::string line;         // "ssh-ed25519 AAAA..."
    std::string blob;         // decoded
    std::string fingerprint;  // of keys, as ssh-keygen -l prints it
};
const fixture& made_by_openssh(std::string_view name);

bastion::public_key key_named(std::string_view name);

}  // namespace gatehouse::test
