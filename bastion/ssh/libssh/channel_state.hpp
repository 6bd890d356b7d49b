#pragma once

#include "bastion/ssh/channel.hpp"
#include "bastion/ssh/libssh/handles.hpp"
#include "bastion/ssh/libssh/window.hpp"

#include <cstdint>
#include <memory>

namespace gatehouse::bastion {

class session_channel;
class waiting_request;
class libssh_transport;

// One of libssh's channels. It stays here after we closed it until the client has closed it, too: freed earlier,
// libssh would go on to store what a client sends into it, without end.
struct channel_state {
    libssh_transport* session = nullptr;
    ssh_channel handle = nullptr;
    ssh_channel_callbacks_struct callbacks{};
    session_channel* face = nullptr;           // whoever serves it holds this; null when it was closed
    std::unique_ptr<session_channel> waiting;  // of a session channel, for its command
    bool terminal = false;
    std::uint32_t unread = 0;
    std::uint32_t kept = 0;  // the most that was unread: libssh keeps the memory until the channel's end
    std::uint32_t read_since_grown = window;  // the first read opens the whole window
    std::uint64_t bytes_in = 0, bytes_out = 0;
    bool marked = false;      // something came for it
    bool wants_room = false;  // a write could not go on
    bool ended = false, closed_by_peer = false;
};

// A channel that the client wants, until it is answered.
struct pending_open {
    message_ptr message;
    waiting_request* face = nullptr;
};

}  // namespace gatehouse::bastion
