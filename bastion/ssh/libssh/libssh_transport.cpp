#include "bastion/ssh/libssh/libssh_transport.hpp"

#include "bastion/ssh/client_socket.hpp"
#include "bastion/ssh/libssh/packet_log.hpp"
#include "bastion/ssh/libssh/server_parts.hpp"
#include "bastion/ssh/read_ahead.hpp"

#include <boost/asio/post.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace gatehouse::bastion {

namespace asio = boost::asio;

namespace {

// Of 4 KiB each, then other sessions have their turn. A channel keeps the memory that the most in one turn took.
constexpr int rounds_per_turn = 16;
constexpr int most_rounds = 100;  // with what was read ahead
constexpr int messages_per_turn = 256;  // more than one read holds: before a login none may be left behind
constexpr std::uint64_t packets_per_turn = 256;  // small ones cost as much as large ones
constexpr std::uint64_t large_packet = 1024;  // on average: then 64 KiB hold 64 of them
constexpr std::uint64_t most_unread_replies = 10'000;

}  // namespace

std::shared_ptr<transport> transport::start(asio::io_context& loop, std::shared_ptr<server> by,
                                                int descriptor, session_handler& handler)
{
    auto made = std::make_shared<libssh_transport>(loop, std::move(by), handler);
    return made->open(descriptor) ? made : nullptr;
}

libssh_transport::libssh_transport(asio::io_context& loop, std::shared_ptr<server> by, session_handler& handler) :
    loop_(loop), by_(std::move(by)), handler_(handler), wait_(loop), grace_(loop), later_(loop),
    login_(by_->inside().settings.max_auth_tries)
{
}

// Opening and ending

bool libssh_transport::open(int descriptor)
{
    prepare_client_socket(descriptor);
    const int watched = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    boost::system::error_code failed;
    if (watched >= 0) wait_.assign(watched, failed);
    if (watched < 0 || failed) {
        if (watched >= 0) ::close(watched);
        ::close(descriptor);
        return false;
    }
    if (!configure(descriptor)) return false;
    grace_.expires_after(by_->inside().settings.login_grace);
    grace_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
        if (!cancelled && !self->logged_in_) self->end(end_reason::login_timeout);
    });
    arm();
    return true;
}

bool libssh_transport::configure(int descriptor)
{
    auto& settings = by_->inside().settings;
    session_.reset(ssh_new());
    auto* const session = session_.get();
    // "compression: no" would still offer zlib.
    if (!session || ssh_options_set(session, SSH_OPTIONS_COMPRESSION_C_S, "none") != SSH_OK ||
        ssh_options_set(session, SSH_OPTIONS_COMPRESSION_S_C, "none") != SSH_OK) {
        ::close(descriptor);
        return false;
    }
    if (ssh_bind_accept_fd(by_->inside().bind.get(), session, descriptor) != SSH_OK) {
        if (ssh_get_fd(session) != descriptor) ::close(descriptor);
        return false;
    }
    const std::uint64_t bytes = settings.rekey_bytes;
    const auto seconds = static_cast<std::uint32_t>(settings.rekey_after.count());
    ssh_options_set(session, SSH_OPTIONS_REKEY_DATA, &bytes);
    ssh_options_set(session, SSH_OPTIONS_REKEY_TIME, &seconds);
    ssh_set_counters(session, &socket_bytes_, &packets_);
    ssh_set_blocking(session, 0);
    // Sends our version and makes what the event below needs; the exchange goes on by itself as packets come.
    if (ssh_handle_key_exchange(session) == SSH_ERROR) {
        end(peer_left() ? end_reason::peer_left : end_reason::protocol_error);  // its first bytes were here already
        return true;
    }
    event_.reset(ssh_event_new());
    return event_ && ssh_event_add_session(event_.get(), session) == SSH_OK;
}

void libssh_transport::end(end_reason why)
{
    if (ending_ || dead_) return;
    ending_ = why;
    if (!in_pump_) pump_soon();
}

void libssh_transport::finish()
{
    const auto self = shared_from_this();
    const auto why = *ending_;
    if (why == end_reason::too_many_tries)
        ssh_session_set_disconnect_message(session_.get(), "Too many authentication failures");
    dismantle();
    handler_.on_end(why);
}

void libssh_transport::dismantle()
{
    if (std::exchange(dead_, true)) return;
    grace_.cancel();
    later_.cancel();
    boost::system::error_code ignored;
    wait_.close(ignored);
    for (auto& one : pending_)
        if (one.face) one.face->leave();
    pending_.clear();
    last_offer_.reset();
    for (auto& one : channels_) {
        if (one.face) std::exchange(one.face, nullptr)->leave();
        one.waiting.reset();
        forget(one);
        ssh_remove_channel_callbacks(one.handle, &one.callbacks);
    }
    if (!session_) return;
    if (event_) ssh_event_remove_session(event_.get(), session_.get());
    ssh_disconnect(session_.get());
    session_.reset();  // with its channels
    event_.reset();
    channels_.clear();
}

struct negotiated libssh_transport::negotiated() const
{
    if (dead_) return {};
    return {text_of(ssh_get_clientbanner(session_.get())), text_of(ssh_get_kex_algo(session_.get())),
            text_of(ssh_get_cipher_in(session_.get()))};
}

// Reading and writing

void libssh_transport::pump()
{
    if (dead_) return;
    const auto self = shared_from_this();
    in_pump_ = true;
    const bool more = !ending_ && turn();
    in_pump_ = false;
    if (ending_) return finish();
    if (more) pump_soon();
    arm();
}

void libssh_transport::pump_in_turn()
{
    if (logged_in_ || ending_ || dead_) return pump();
    if (std::exchange(turn_waits_, true)) return;
    handler_.take_turn([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->turn_waits_ = false;
        self->pump();
    });
}

// True when there is more to do at once.
bool libssh_transport::turn()
{
    const bool more = read_packets(), was_paused = paused();
    if (ending_) return false;
    serve_channels();
    if (ending_) return false;
    flush();
    reap();
    if (!unsent())
        replies_at_empty_ = packets_.out_packets;
    else if (packets_.out_packets - replies_at_empty_ > most_unread_replies)
        end(end_reason::unread_replies);
    return (was_paused ? !paused() : more) || to_do();
}

// True when there may be more.
bool libssh_transport::read_packets()
{
    const auto packets = packets_.in_packets, bytes = socket_bytes_.in_bytes;
    const auto turn_is_over = [&](int rounds) {
        return rounds >= rounds_per_turn || packets_.in_packets >= packets + packets_per_turn;
    };
    // Not of small packets: it would hold more of them than a turn may take.
    std::optional<read_ahead> ahead;
    if (large_packets_) ahead.emplace(ssh_get_fd(session_.get()), by_->inside().read_ahead);
    bool more = true;
    for (int i = 0; !ending_ && ((more && !turn_is_over(i) && !paused()) || (ahead && ahead->holds())); ++i) {
        if (i == most_rounds) end(end_reason::protocol_error);  // libssh does not take what it asked for
        more = read_round();
    }
    if (const auto came = socket_bytes_.in_bytes - bytes; came > 0)
        large_packets_ = logged_in_ && came > (packets_.in_packets - packets) * large_packet;
    return more;
}

bool libssh_transport::read_round()
{
    std::optional<packet_log> listening;
    if (!logged_in_) listening.emplace(login_requests_);
    const int polled = ssh_event_dopoll(event_.get(), 0);
    const bool more = take_messages() || polled == SSH_OK;
    check_login();
    if (polled == SSH_ERROR || !ssh_is_connected(session_.get()) ||
        (ssh_get_status(session_.get()) & SSH_CLOSED_ERROR))
        end(peer_left() ? end_reason::peer_left : end_reason::protocol_error);
    return more;
}

// True when there may be more.
bool libssh_transport::take_messages()
{
    // Asking for a message polls; most packets are data, which are none.
    if (packets_.in_packets == packets_seen_ + data_packets_) return false;
    for (int i = 0; i < messages_per_turn && !ending_; ++i) {
        message_ptr message(ssh_message_get(session_.get()));
        if (!message) {
            packets_seen_ = packets_.in_packets;
            data_packets_ = 0;
            return false;
        }
        handle(std::move(message));
    }
    return true;
}

// Of a connection that libssh gave up: whether the client did, or libssh because of what the client sent.
bool libssh_transport::peer_left()
{
    if (text_of(ssh_get_error(session_.get())).starts_with("Received SSH_MSG_DISCONNECT")) return true;
    char byte = 0;
    const auto waits = ::recv(wait_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return waits == 0 || (waits < 0 && errno != EAGAIN);
}

// What libssh holds of a client must not grow for now: the servers behind do not take it, and there is too much of it.
bool libssh_transport::paused() const
{
    return unread_ > 0 && !by_->inside().settings.buffers->allows(kept_);
}

bool libssh_transport::to_do() const
{
    return marked_ || (!paused() && packets_.in_packets != packets_seen_ + data_packets_);
}

void libssh_transport::flush()
{
    std::optional<reads_paused> silence;
    if (paused()) silence.emplace(ssh_get_fd(session_.get()));
    ssh_blocking_flush(session_.get(), 0);
}

void libssh_transport::look_later()
{
    if (std::exchange(later_waits_, true)) return;
    later_.expires_after(std::chrono::seconds(1));
    later_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
        self->later_waits_ = false;
        if (!cancelled) self->pump();
    });
}

void libssh_transport::arm()
{
    if (dead_) return;
    if (paused()) {
        look_later();
    } else if (!reading_) {
        reading_ = true;
        wait_.async_wait(asio::posix::descriptor_base::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& failed) {
                             self->reading_ = false;
                             if (!failed) self->pump_in_turn();
                         });
    }
    if (!writing_ && unsent()) {
        writing_ = true;
        wait_.async_wait(asio::posix::descriptor_base::wait_write,
                         [self = shared_from_this()](const boost::system::error_code& failed) {
                             self->writing_ = false;
                             if (!failed) self->pump_in_turn();
                         });
    }
}

void libssh_transport::pump_soon()
{
    if (std::exchange(pump_posted_, true)) return;
    asio::post(loop_, [self = shared_from_this()] {
        self->pump_posted_ = false;
        self->pump_in_turn();
    });
}

// After libssh did something outside the pump. It flushes by polling, which may have read packets, too.
void libssh_transport::after_io()
{
    if (in_pump_ || dead_) return;
    if (to_do() || !ssh_is_connected(session_.get()))
        pump_soon();
    else
        arm();
}

}  // namespace gatehouse::bastion
