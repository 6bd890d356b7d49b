#pragma once

#include "bastion/ssh/libssh/handles.hpp"

#include <cstdint>
#include <optional>

namespace gatehouse::bastion {

// The packet size that the client announced for a channel that was accepted just now. Empty: this is no libssh that we
// know inside.
std::optional<std::uint32_t> peer_packet_size(ssh_channel which, ssh_session session);

}  // namespace gatehouse::bastion
