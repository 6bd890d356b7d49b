#pragma once

#include "conf/units.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace gatehouse::service {

// One listening socket on one worker: accepts in batches and hands descriptors on.
class acceptor {
public:
    // `descriptor` is a connection's, and becomes the callee's; or -errno before a pause of 100 ms, when the system has
    // no descriptor or no memory for it: those who connect wait in the backlog.
    using accepted = std::function<void(int descriptor, const boost::asio::ip::tcp::endpoint& peer,
                                        const acceptor& from)>;

    // Takes over `descriptor`, which is listening and non-blocking.
    acceptor(boost::asio::io_context& loop, int descriptor, conf::bind_address where, accepted take);
    ~acceptor();
    acceptor(const acceptor&) = delete;
    acceptor& operator=(const acceptor&) = delete;

    const conf::bind_address& address() const noexcept;
    const std::string& text() const noexcept;  // of the address: "127.0.0.1:443"
    bool wildcard() const noexcept;  // bound to every address of the machine

    // Accepts what waits in the backlog, then closes: closing alone would reset it.
    void close();

private:
    struct state;
    std::shared_ptr<state> state_;  // shared with the wait in progress
};

}  // namespace gatehouse::service
