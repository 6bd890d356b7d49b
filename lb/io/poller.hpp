#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstdint>
#include <vector>

#include <sys/epoll.h>

namespace gatehouse::lb {

// The readiness of one worker's connections: an epoll set of its own, edge-triggered, in which a socket is
// registered once for its life, and which the io_context waits on as a single descriptor. Asio's own wait costs
// one epoll_ctl per wait, two per request; this costs one system call or two per batch of events.
// Belongs to one worker; must outlive what it watches.
class poller {
public:
    class watched {
    public:
        virtual void on_events(std::uint32_t events) = 0;  // EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLHUP | EPOLLERR
    protected:
        ~watched() = default;
    };

    explicit poller(boost::asio::io_context& loop);
    poller(const poller&) = delete;
    poller& operator=(const poller&) = delete;

    enum class interest : std::uint8_t { read, read_and_write };

    // Tells `which` of every edge from now on, and at once of what is ready already. Closing the descriptor ends
    // it; `which` must then live until the batch of events is over (graveyard). False when the kernel has no room
    // for one more (fs.epoll.max_user_watches, memory).
    [[nodiscard]] bool add(int descriptor, watched& which, interest wanted) noexcept;
    void add_write_interest(int descriptor, watched& which) noexcept;

    // Calls on_events(0) soon, outside the present call. `which` must live until then.
    void call_soon(watched& which);

    void stop() { set_.cancel(); }

private:
    void wait();
    void take_batch();
    bool control(int operation, int descriptor, watched& which, interest wanted) noexcept;

    boost::asio::io_context& loop_;
    boost::asio::posix::stream_descriptor set_;
    std::array<epoll_event, 256> events_;
    std::vector<watched*> soon_;
};

}  // namespace gatehouse::lb
