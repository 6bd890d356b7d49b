#pragma once

#include "bastion/identity/revocation_list.hpp"

#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Reads the text form: a public key per line without options, '#' for comments. A certificate revokes its
// key, as in sshd; a key of a type that cannot log in anyway is kept, too.
class revoked_keys_reader {
public:
    boost::system::result<revocation_list, std::string> read(std::string_view file);

private:
    bool read_line(std::string_view line);

    revocation_list made_;
};

}  // namespace gatehouse::bastion
