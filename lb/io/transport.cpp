#include "lb/io/transport.hpp"

#include <boost/assert.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace gatehouse::lb {
namespace {

constexpr std::size_t most_unsent = 1024 * 1024;

}  // namespace

transport::transport(poller& events, int descriptor, io_scratch& scratch, watcher& owner) :
    events_(events), descriptor_(descriptor), scratch_(scratch), owner_(owner)
{
    // One that cannot be watched is closed: its owner finds it so.
    if (open() && !events_.add(descriptor_, *this, poller::interest::read)) close();
}

transport::~transport()
{
    BOOST_ASSERT_MSG(quiet(), "transport destroyed before its last call");
    close();
}

void transport::start_tls(SSL_CTX* context, tls_channel::role side, const std::string& server_name,
                          std::string_view early)
{
    tls_.emplace(context, side, server_name);
    raw_ = false;
    if (early.empty()) return;
    tls_->feed(early);
    tls_->keep_input();
}

void transport::arm_read()
{
    if (read_armed_ || !open()) return;
    read_armed_ = true;
    // No edge will tell of what is known already, or of what TLS holds.
    if ((readable_ || has_buffered_input()) && !soon_) {
        soon_ = true;
        events_.call_soon(*this);
    }
}

void transport::arm_write()
{
    if (!open()) return;
    write_armed_ = true;
    if (hears_writable_) return;
    hears_writable_ = true;
    events_.add_write_interest(descriptor_, *this);  // an edge follows at once if there is room by now
}

void transport::on_events(std::uint32_t events)
{
    soon_ = soon_ && events != 0;
    if (!open()) return;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) readable_ = true;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) ended_ = true;
    if (write_armed_ && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))) {
        write_armed_ = false;
        if (unsent_.empty())
            owner_.on_writable();
        else
            flush();
    }
    if (!open() || !read_armed_ || !(readable_ || has_buffered_input())) return;
    read_armed_ = false;
    owner_.on_readable();
}

transport::io transport::connect(const boost::asio::ip::tcp::endpoint& where)
{
    descriptor_ = ::socket(where.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (!open()) return io::failed;
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const bool done = ::connect(descriptor_, where.data(), static_cast<socklen_t>(where.size())) == 0;
    if (!done && errno != EINPROGRESS) return io::failed;
    hears_writable_ = true;
    write_armed_ = !done;
    if (!events_.add(descriptor_, *this, poller::interest::read_and_write)) return io::failed;
    return done ? io::done : io::blocked;
}

bool transport::connect_result() noexcept
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

namespace {

transport::read_result receive(int descriptor, char* into, std::size_t size)
{
    for (;;) {
        const auto got = ::recv(descriptor, into, size, MSG_DONTWAIT);
        if (got > 0) return {transport::io::done, static_cast<std::size_t>(got)};
        if (got == 0) return {transport::io::eof, 0};
        if (errno == EINTR) continue;
        return {errno == EAGAIN || errno == EWOULDBLOCK ? transport::io::blocked : transport::io::failed, 0};
    }
}

}  // namespace

transport::read_result transport::read_raw(char* into, std::size_t size)
{
    raw_ = true;
    return receive_some(into, size);
}

transport::read_result transport::receive_some(char* into, std::size_t size)
{
    const auto got = receive(descriptor_, into, size);
    // Less than asked for is all there was, unless an end waits behind it. What comes later is a new edge.
    if (got.state == io::blocked || (got.bytes < size && !ended_)) readable_ = false;
    return got;
}

transport::read_result transport::read(char* into, std::size_t size)
{
    if (!tls_) return receive_some(into, size);
    if (!tls_->has_input() && !tls_->ended()) {
        // Never more ciphertext than plaintext fits: then nothing of it is left over after the loop below.
        const auto got = receive_some(scratch_.cipher.get(), std::min(size, io_scratch::read_size));
        if (got.state != io::done) return got;
        tls_->feed({scratch_.cipher.get(), got.bytes});
    }
    scratch_.to_send.clear();
    const auto opened = tls_->read(into, size, scratch_.to_send);
    tls_->keep_input();
    if (!scratch_.to_send.empty()) {
        // Answers to key updates that the peer asks for and never reads must not pile up.
        if (unsent_.size() - sent_ > most_unsent || send_cipher() == io::failed) return {io::failed, 0};
    }
    switch (opened.state) {
    case tls_channel::status::ok: return {io::done, opened.bytes};
    case tls_channel::status::want_input: return {io::blocked, 0};
    case tls_channel::status::closed: closed_notified_ = true; return {io::eof, 0};
    case tls_channel::status::failed: break;
    }
    return {io::failed, 0};
}

transport::io transport::handshake()
{
    for (;;) {
        scratch_.to_send.clear();
        const auto step = tls_->handshake(scratch_.to_send);
        const auto sent = scratch_.to_send.empty() ? io::done : send_cipher();
        if (step.state == tls_channel::status::failed || sent == io::failed) return io::failed;
        if (step.state == tls_channel::status::closed) return io::eof;
        if (step.state == tls_channel::status::ok) {
            tls_->keep_input();
            return io::done;
        }
        const auto got = receive_some(scratch_.cipher.get(), 16 * 1024);
        if (got.state != io::done) return got.state;
        tls_->feed({scratch_.cipher.get(), got.bytes});
    }
}

transport::io transport::send(gather& what)
{
    std::array<std::string_view, gather::most_pieces> pieces;
    const auto count = join_pieces(pieces.data(), what.pieces(pieces));
    io result = io::done;
    if (!tls_) {
        result = send_pieces(pieces.data(), count);
    } else {
        scratch_.to_send.clear();
        for (std::size_t i = 0; i < count && result == io::done; ++i)
            if (tls_->write(pieces[i], scratch_.to_send).state != tls_channel::status::ok) result = io::failed;
        if (result == io::done) result = send_cipher();
    }
    what.clear();
    return result;
}

// Copies a head in front of the body it belongs to where the body lies in the scratch: what stood there was the head as
// received, and has been read.
std::size_t transport::join_pieces(std::string_view* pieces, std::size_t count) const noexcept
{
    if (count != 2 || !scratch_.holds(pieces[1].data()) || scratch_.holds(pieces[0].data())) return count;
    const auto room = static_cast<std::size_t>(pieces[1].data() - scratch_.plain()) + io_scratch::headroom;
    if (pieces[0].size() > room) return count;
    char* const start = scratch_.plain() + (pieces[1].data() - scratch_.plain()) - pieces[0].size();
    std::memcpy(start, pieces[0].data(), pieces[0].size());
    pieces[0] = {start, pieces[0].size() + pieces[1].size()};
    return 1;
}

transport::io transport::send_cipher()
{
    const std::string_view all = scratch_.to_send;
    return send_pieces(&all, 1);
}

transport::io transport::send_pieces(const std::string_view* pieces, std::size_t count)
{
    if (blocked()) {
        for (std::size_t i = 0; i < count; ++i) unsent_.append(pieces[i]);
        return io::blocked;
    }
    std::array<iovec, gather::most_pieces> vectors;
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
        vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
        total += pieces[i].size();
    }
    if (total == 0) return io::done;
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    ssize_t sent = 0;
    do sent = count == 1 ? ::send(descriptor(), pieces[0].data(), pieces[0].size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                         : ::sendmsg(descriptor(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return io::failed;
    auto done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    if (done == total) return io::done;
    unsent_.reserve(total - done);
    for (std::size_t i = 0; i < count; ++i) {
        const auto skip = std::min(done, pieces[i].size());
        done -= skip;
        unsent_.append(pieces[i].substr(skip));
    }
    arm_write();
    return io::blocked;
}

transport::io transport::flush_once()
{
    const auto sent =
        ::send(descriptor(), unsent_.data() + sent_, unsent_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? io::blocked : io::failed;
    sent_ += static_cast<std::size_t>(sent);
    return sent_ == unsent_.size() ? io::done : io::blocked;
}

void transport::flush()
{
    const auto state = flush_once();
    if (state == io::blocked) {
        arm_write();
        return;
    }
    std::string().swap(unsent_);  // an idle connection owns no buffer
    sent_ = 0;
    if (shut_when_sent_ && state == io::done) {
        shut_when_sent_ = false;
        shutdown_send();
    }
    owner_.on_writable();  // a failed connection shows itself at the next read or send
}

void transport::shutdown_send()
{
    if (shut_ || !open()) return;
    if (blocked()) {
        shut_when_sent_ = true;
        return;
    }
    shut_ = true;
    if (tls_ && tls_->established()) {
        scratch_.to_send.clear();
        tls_->close_notify(scratch_.to_send);
        // Best effort: a full socket buffer at this point loses the alert, never data.
        [[maybe_unused]] const auto ignored = ::send(descriptor(), scratch_.to_send.data(),
                                                     scratch_.to_send.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    ::shutdown(descriptor(), SHUT_WR);
}

void transport::close() noexcept
{
    if (!open()) return;
    ::close(descriptor_);
    descriptor_ = -1;
}

}  // namespace gatehouse::lb
