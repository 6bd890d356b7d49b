#pragma once

#include "conf/units.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace gatehouse::service {

// Listening TCP sockets: bound by us with SO_REUSEPORT, or inherited from systemd.

// Binds and listens on `where` (backlog SOMAXCONN, O_NONBLOCK, CLOEXEC, IPV6_V6ONLY for IPv6), with
// SO_REUSEADDR and SO_REUSEPORT. Returns the descriptor; throws std::system_error naming the address.
int listen_on(const conf::bind_address& where);

// What a descriptor is bound to.
conf::bind_address local_address(int descriptor);

// Text as logs and ready lines show it: "127.0.0.1:80", "[::1]:80".
std::string to_string(const conf::bind_address& where);

// Descriptors passed by systemd (LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES), by name ("unknown" without one);
// made non-blocking and CLOEXEC. Reads the environment once and clears it, so children do not take them for
// theirs. Throws std::system_error naming the descriptor that is not a listening socket.
std::map<std::string, std::vector<int>> take_activation_sockets();

// Raises RLIMIT_NOFILE's soft limit to the hard limit and returns it.
std::size_t raise_descriptor_limit();

}  // namespace gatehouse::service
