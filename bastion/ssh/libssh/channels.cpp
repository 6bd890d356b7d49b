#include "bastion/ssh/libssh/libssh_transport.hpp"

#include "bastion/ssh/libssh/server_parts.hpp"
#include "bastion/ssh/read_ahead.hpp"

#include <algorithm>
#include <optional>
#include <utility>

// What goes through open channels.

namespace gatehouse::bastion {

namespace {

constexpr std::size_t most_per_write = 128 * 1024;

}  // namespace

channel_state* libssh_transport::adopt(ssh_channel handle)
{
    auto& state = channels_.emplace_back();
    state.session = this;
    state.handle = handle;
    state.callbacks.userdata = &state;
    state.callbacks.channel_data_function = &libssh_transport::on_data;
    state.callbacks.channel_eof_function = &libssh_transport::on_eof;
    state.callbacks.channel_close_function = &libssh_transport::on_close;
    ssh_callbacks_init(&state.callbacks);
    if (ssh_set_channel_callbacks(handle, &state.callbacks) == SSH_OK) return &state;
    end(end_reason::protocol_error);  // out of memory
    return nullptr;
}

// libssh calls these while it works on the session, and also while another channel writes: they note, no more.

int libssh_transport::on_data(ssh_session, ssh_channel, void*, std::uint32_t size, int is_stderr, void* of)
{
    auto& state = *static_cast<channel_state*>(of);
    ++state.session->data_packets_;
    if (is_stderr || !state.face) return static_cast<int>(size);  // nobody wants it: taken and dropped
    if (size > state.unread) state.bytes_in += size - state.unread;
    state.session->set_unread(state, size);  // all that waits, not what came now
    state.session->mark(state);
    if (size > window + window_slack) state.session->end(end_reason::window_overrun);
    return 0;
}

void libssh_transport::on_eof(ssh_session, ssh_channel, void* of)
{
    auto& state = *static_cast<channel_state*>(of);
    state.ended = true;
    state.session->mark(state);
}

void libssh_transport::on_close(ssh_session, ssh_channel, void* of)
{
    auto& state = *static_cast<channel_state*>(of);
    state.ended = state.closed_by_peer = true;
    state.session->mark(state);
}

void libssh_transport::mark(channel_state& which)
{
    which.marked = marked_ = true;
}

void libssh_transport::set_unread(channel_state& of, std::uint32_t now)
{
    unread_ = unread_ - of.unread + now;
    of.unread = now;
    if (now <= of.kept) return;
    by_->inside().settings.buffers->take(now - of.kept);
    kept_ += now - of.kept;
    of.kept = now;
}

void libssh_transport::forget(channel_state& which)
{
    set_unread(which, 0);
    by_->inside().settings.buffers->give_back(which.kept);
    kept_ -= std::exchange(which.kept, 0);
}

void libssh_transport::serve_channels()
{
    marked_ = false;  // writing below may read, too, and mark a channel whose turn has been
    for (auto& one : channels_) {
        if (ending_) return;
        if (!one.marked && !one.wants_room) continue;
        one.marked = one.wants_room = false;
        if (one.face) one.face->tell();
    }
}

// Frees what both sides have closed. A queued message refers to its channel: only when none is queued.
void libssh_transport::reap()
{
    if (packets_.in_packets != packets_seen_ + data_packets_) return;
    std::erase_if(channels_, [this](channel_state& one) {
        if (one.closed_by_peer && one.waiting) one.waiting.reset();
        if (one.face || !one.closed_by_peer) return false;
        forget(one);
        ssh_remove_channel_callbacks(one.handle, &one.callbacks);
        ssh_channel_free(one.handle);
        return true;
    });
}

void libssh_transport::notice(channel_state& which)
{
    mark(which);
    if (!in_pump_) pump_soon();
}

void libssh_transport::close(channel_state& which)
{
    which.face = nullptr;
    set_unread(which, 0);  // dropped when more comes
    if (ending_) return;
    ssh_channel_close(which.handle);
    if (which.closed_by_peer && !in_pump_) pump_soon();
    after_io();
}

std::string_view libssh_transport::read(channel_state& from)
{
    if (from.unread == 0 || ending_) return {};
    char* const into = by_->inside().scratch.get();
    // libssh opens the window to what is asked for, and else to no more than 1.25 MiB. It does so whenever the window
    // is small, however much is unread: so all is read, always.
    const bool grow = from.read_since_grown >= window / 8;  // as often as sshd: 80 ms of round trip notice
    const std::uint32_t wanted = grow ? std::max(window, from.unread) : from.unread;
    const int got = ssh_channel_read_timeout(from.handle, into, wanted, 0, 0);
    if (got <= 0) {
        end(end_reason::protocol_error);
        return {};
    }
    const auto size = static_cast<std::uint32_t>(got);
    set_unread(from, from.unread - std::min(from.unread, size));
    from.read_since_grown = (grow ? 0 : from.read_since_grown) + size;
    after_io();
    return {into, size};
}

std::size_t libssh_transport::room(channel_state& of)
{
    if (ending_ || of.closed_by_peer) return 0;
    const std::size_t open = unsent() ? 0 : std::min<std::size_t>(ssh_channel_window_size(of.handle), most_per_write);
    of.wants_room = open == 0;
    return open;
}

std::size_t libssh_transport::write(channel_state& to, std::string_view what)
{
    if (ending_ || to.closed_by_peer || what.empty()) return 0;
    std::optional<reads_paused> silence;
    if (paused()) silence.emplace(ssh_get_fd(session_.get()));
    const int taken = ssh_channel_write(to.handle, what.data(), static_cast<std::uint32_t>(what.size()));
    const std::size_t size = taken > 0 ? static_cast<std::size_t>(taken) : 0;
    to.bytes_out += size;
    if (size < what.size()) to.wants_room = true;  // a rekey is going on, or the window is full
    after_io();
    return size;
}

void libssh_transport::send_end(channel_state& of)
{
    if (ending_ || of.closed_by_peer) return;
    ssh_channel_send_eof(of.handle);
    after_io();
}

void libssh_transport::send_exit_status(channel_state& of, int status)
{
    if (ending_ || of.closed_by_peer) return;
    ssh_channel_request_send_exit_status(of.handle, status);
    after_io();
}

}  // namespace gatehouse::bastion
