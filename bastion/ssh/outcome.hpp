#pragma once

#include <string_view>

namespace gatehouse::bastion {

// Why a session ended.
enum class end_reason {
    peer_left,            // the client closed the connection
    protocol_error,       // what it sent is not SSH, or not in this state
    login_timeout,        // not logged in within the grace time
    login_bytes,          // sent more than a login needs
    too_many_tries,       // refused keys, and signatures that do not verify
    bad_signature,        // as its first word, before there is anything that could be answered
    window_overrun,       // sent more than a channel's window
    unread_replies,       // asks and asks, and does not read the answers
    requested,            // by us
};

// What a client asked for and cannot have.
enum class refusal {
    remote_forward,    // ssh -R
    x11,
    agent,             // an agent channel; agent requests on a session channel are answered below us
    subsystem,
    environment,
    session,           // a shell or a command where the handler wants none
    channel_kind,      // Unix sockets, tunnels, and whatever else there is
    channel_limit,
    tiny_packets,      // announces packets below 1024 bytes
};

// Why a channel is not opened. What libssh tells the client is "administratively prohibited", whichever it is.
enum class open_failure { prohibited, connect_failed };

std::string_view to_string(end_reason why) noexcept;
std::string_view to_string(refusal what) noexcept;

}  // namespace gatehouse::bastion
