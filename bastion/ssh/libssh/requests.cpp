#include "bastion/ssh/libssh/libssh_transport.hpp"

#include "bastion/ssh/libssh/peer_packet.hpp"
#include "bastion/ssh/libssh/server_parts.hpp"

#include <algorithm>
#include <utility>

// What the client asks for: logins, channels, and what is done with them.

namespace gatehouse::bastion {

namespace {

constexpr std::uint32_t least_peer_packet = 1024;

}  // namespace

void libssh_transport::handle(message_ptr message)
{
    switch (ssh_message_type(message.get())) {
    case SSH_REQUEST_SERVICE:
        if (logged_in_ || text_of(ssh_message_service_service(message.get())) != "ssh-userauth")
            return end(end_reason::protocol_error);
        login_.begin();
        ssh_message_service_reply_success(message.get());
        break;
    case SSH_REQUEST_AUTH: authenticate(std::move(message)); break;
    case SSH_REQUEST_CHANNEL_OPEN: open_channel(std::move(message)); break;
    case SSH_REQUEST_CHANNEL: channel_request(message.get()); break;
    case SSH_REQUEST_GLOBAL: global_request(message.get()); break;
    default: ssh_message_reply_default(message.get());
    }
}

void libssh_transport::refuse(ssh_message message, refusal what)
{
    ssh_message_reply_default(message);
    handler_.on_refused(what);
}

void libssh_transport::open_channel(message_ptr message)
{
    if (!logged_in_) return end(end_reason::protocol_error);
    const int kind = ssh_message_subtype(message.get());
    if (kind == SSH_CHANNEL_X11) return refuse(message.get(), refusal::x11);
    if (kind == SSH_CHANNEL_AUTH_AGENT) return refuse(message.get(), refusal::agent);
    if (kind != SSH_CHANNEL_SESSION && kind != SSH_CHANNEL_DIRECT_TCPIP)
        return refuse(message.get(), refusal::channel_kind);
    if (channels_.size() + pending_.size() >= by_->inside().settings.channels)
        return refuse(message.get(), refusal::channel_limit);
    if (kind == SSH_CHANNEL_SESSION && !handler_.on_session_channel()) return refuse(message.get(), refusal::session);

    direct_tcpip where;
    if (kind == SSH_CHANNEL_DIRECT_TCPIP) {
        auto* const asked = message.get();
        where.number = ++requests_;
        where.host = text_of(ssh_message_channel_request_open_destination(asked));
        // An int, but libssh has cut it to 16 bits: it cannot be told from a good one.
        where.port = static_cast<std::uint16_t>(ssh_message_channel_request_open_destination_port(asked));
        where.originator = text_of(ssh_message_channel_request_open_originator(asked));
        where.originator_port = static_cast<std::uint16_t>(ssh_message_channel_request_open_originator_port(asked));
    }
    auto& pending = pending_.emplace_back();
    pending.message = std::move(message);
    if (kind == SSH_CHANNEL_DIRECT_TCPIP)
        return handler_.on_direct_tcpip(std::move(where), std::make_unique<waiting_request>(*this, pending));
    auto opened = accept(pending);
    if (!opened) return;
    auto& state = channels_.back();
    state.waiting.reset(static_cast<session_channel*>(opened.release()));
}

std::unique_ptr<channel> libssh_transport::accept(pending_open& which)
{
    const auto message = std::move(which.message);
    pending_.remove_if([&](const pending_open& one) { return &one == &which; });
    if (ending_) return nullptr;
    const ssh_channel made = ssh_message_channel_request_open_reply_accept(message.get());
    if (!made) {
        end(end_reason::protocol_error);
        return nullptr;
    }
    const auto packet = peer_packet_size(made, session_.get());
    auto* const state = adopt(made);
    std::unique_ptr<channel> face;
    if (state && packet && *packet >= least_peer_packet) {
        face = std::make_unique<session_channel>(*state);
    } else {
        ssh_channel_close(made);
        handler_.on_refused(refusal::tiny_packets);
    }
    after_io();
    return face;
}

void libssh_transport::refuse(pending_open& which)
{
    ssh_message_reply_default(which.message.get());
    pending_.remove_if([&](const pending_open& one) { return &one == &which; });
    after_io();
}

void libssh_transport::channel_request(ssh_message message)
{
    const ssh_channel handle = ssh_message_channel_request_channel(message);
    const auto found = std::ranges::find(channels_, handle, &channel_state::handle);
    const int kind = ssh_message_subtype(message);
    if (kind == SSH_CHANNEL_REQUEST_SUBSYSTEM) return refuse(message, refusal::subsystem);
    if (kind == SSH_CHANNEL_REQUEST_X11) return refuse(message, refusal::x11);
    if (kind == SSH_CHANNEL_REQUEST_ENV) return refuse(message, refusal::environment);
    const bool command = kind == SSH_CHANNEL_REQUEST_EXEC || kind == SSH_CHANNEL_REQUEST_SHELL;
    if (found == channels_.end() || !found->waiting || !(command || kind == SSH_CHANNEL_REQUEST_PTY)) {
        ssh_message_reply_default(message);
        return;
    }
    ssh_message_channel_request_reply_success(message);
    if (!command) {
        found->terminal = true;
        return;
    }
    command_request wanted;
    wanted.terminal = found->terminal;
    if (kind == SSH_CHANNEL_REQUEST_EXEC) wanted.command = text_of(ssh_message_channel_request_command(message));
    handler_.on_command(std::move(wanted), std::move(found->waiting));
}

void libssh_transport::global_request(ssh_message message)
{
    if (!logged_in_) return end(end_reason::protocol_error);
    ssh_message_reply_default(message);
    if (ssh_message_subtype(message) == SSH_GLOBAL_REQUEST_TCPIP_FORWARD)
        handler_.on_refused(refusal::remote_forward);
}

}  // namespace gatehouse::bastion
