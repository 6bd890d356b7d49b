#include "bastion/ssh/libssh/peer_packet.hpp"

namespace gatehouse::bastion {

namespace {

// The front of libssh 0.10's own struct: there is no other way to the packet size that the client announced, and
// ssh_channel_write() never returns for one of 10 (and takes 1 to 9 for no limit).
struct channel_front {
    ssh_session session;
    std::uint32_t local_channel, local_window;
    int local_eof;
    std::uint32_t local_max_packet;
    std::uint32_t remote_channel, remote_window;
    int remote_eof;
    std::uint32_t remote_max_packet;
};

}  // namespace

// Every neighbour has a known value, or this is no libssh that we know.
std::optional<std::uint32_t> peer_packet_size(ssh_channel which, ssh_session session)
{
    const auto& front = *reinterpret_cast<const channel_front*>(which);
    const bool known = front.session == session && front.local_window == 32'000 && front.local_eof == 0 &&
                       front.local_max_packet == 35'000 && front.remote_eof == 0 &&
                       front.remote_window == ssh_channel_window_size(which);
    return known ? std::optional(front.remote_max_packet) : std::nullopt;
}

}  // namespace gatehouse::bastion
