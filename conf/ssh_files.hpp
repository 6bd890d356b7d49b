#pragma once

#include <optional>
#include <string>

namespace gatehouse::conf {

// Each says what is wrong with the file, or nothing. Whether the keys in it are of a kind that may be used is for who
// uses them to say.

// One private key, of OpenSSH or PEM, without a passphrase. Like sshd: when it belongs to who asks, nobody else may
// have any access to it. A key of another user may be open to a group, never to everybody.
std::optional<std::string> check_host_key(const std::string& path);
std::optional<std::string> check_public_keys(const std::string& path);  // at least one line that is not a comment
std::optional<std::string> check_authorized_keys(const std::string& path);
std::optional<std::string> check_revocation_list(const std::string& path);

}  // namespace gatehouse::conf
