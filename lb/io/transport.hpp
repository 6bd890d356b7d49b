#pragma once

#include "lb/io/gather.hpp"
#include "lb/io/poller.hpp"
#include "lb/tls/channel.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace gatehouse::lb {

// Memory that one worker's transports share for the length of one call.
struct io_scratch {
    static constexpr std::size_t read_size = 256 * 1024;
    static constexpr std::size_t headroom = 8 * 1024;
    // What read() is usually given. The room before it lets send() put a head in front of a body that was just read:
    // one run costs the kernel less than two (1 us per request of 16 KiB).
    char* plain() const noexcept { return memory_.get() + headroom; }
    bool holds(const char* at) const noexcept { return at >= plain() && at < plain() + read_size; }
    std::unique_ptr<char[]> cipher = std::make_unique<char[]>(read_size);  // ciphertext as received
    std::string to_send;                                                   // ciphertext to send
    gather out;                                                            // what send() is usually given

private:
    std::unique_ptr<char[]> memory_ = std::make_unique<char[]>(headroom + read_size);
};

// One TCP connection, plain or TLS, driven by readiness: arm, be told, read or send without blocking.
// Owns no buffer while nothing waits to be sent. Belongs to one worker; poller, scratch and watcher must outlive it.
//
// After close() it must stay alive until the batch of events is over and quiet() holds.
class transport final : private poller::watched {
public:
    class watcher {
    public:
        virtual void on_readable() = 0;  // after arm_read(), once
        virtual void on_writable() = 0;  // connected, or all that send() kept is gone
    protected:
        ~watcher() = default;
    };

    enum class io : std::uint8_t { done, blocked, eof, failed };
    struct read_result {
        io state;
        std::size_t bytes;
    };

    // Takes over `descriptor`, connected and non-blocking; -1 for one that will connect().
    transport(poller& events, int descriptor, io_scratch& scratch, watcher& owner);
    ~transport();
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;

    // What was read ahead of the handshake (behind a PROXY header) goes in with `early`.
    void start_tls(SSL_CTX* context, tls_channel::role side, const std::string& server_name = {},
                   std::string_view early = {});
    // done, blocked (arm_read and call again), eof or failed. What must be sent is sent.
    io handshake();
    const tls_channel* tls() const noexcept { return tls_ ? &*tls_ : nullptr; }

    // Begins to connect: done, blocked (on_writable tells, then connect_result()), or failed.
    io connect(const boost::asio::ip::tcp::endpoint& where);
    bool connect_result() noexcept;  // whether it succeeded

    void arm_read();
    void arm_write();

    // One receive: bytes > 0 with done; blocked; eof (for TLS: a close_notify or a bare FIN, see ended_cleanly()); failed.
    read_result read(char* into, std::size_t size);
    // The same below TLS, which is not read any more from then on: before the handshake, or after the last response.
    read_result read_raw(char* into, std::size_t size);
    // Input that needs no receive is waiting.
    bool has_buffered_input() const noexcept { return tls_ && !raw_ && (tls_->has_input() || tls_->ended()); }

    // Nothing is unsent, and nothing unread as far as is known.
    bool silent() const noexcept { return !blocked() && !has_buffered_input() && !readable_; }
    // After eof: false when TLS ended without close_notify.
    bool ended_cleanly() const noexcept { return !tls_ || closed_notified_; }

    // Sends all of it, or keeps the rest (blocked; on_writable comes when it is gone), behind what is kept already.
    // `what` is cleared.
    io send(gather& what);
    bool blocked() const noexcept { return !unsent_.empty(); }

    void shutdown_send();  // close_notify and FIN, after what is unsent
    void close() noexcept;
    bool open() const noexcept { return descriptor_ >= 0; }
    bool quiet() const noexcept { return !soon_; }
    int descriptor() const noexcept { return descriptor_; }

private:
    std::size_t join_pieces(std::string_view* pieces, std::size_t count) const noexcept;
    io send_pieces(const std::string_view* pieces, std::size_t count);
    io send_cipher();
    read_result receive_some(char* into, std::size_t size);
    void on_events(std::uint32_t events) override;
    void flush();
    io flush_once();

    poller& events_;
    int descriptor_;
    io_scratch& scratch_;
    watcher& owner_;
    std::optional<tls_channel> tls_;
    std::string unsent_;
    std::size_t sent_ = 0;  // of unsent_, already
    bool read_armed_ = false, write_armed_ = false;
    bool readable_ = false;  // as far as the edges told: may be true with nothing there, never the other way
    bool ended_ = false;     // an end or an error is queued behind what is readable
    bool raw_ = false, closed_notified_ = false;
    bool hears_writable_ = false, soon_ = false, shut_ = false, shut_when_sent_ = false;
};

}  // namespace gatehouse::lb
