#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>

namespace gatehouse::service {

// The signals of a daemon: SIGHUP calls `reload`, the first SIGTERM or SIGINT calls `drain`, on `loop`; a
// second one ends the process with exit_code::problem at once, even when the loop is stuck. SIGPIPE is
// ignored from here on. One per process; `loop` must outlive it.
class signals {
public:
    signals(boost::asio::io_context& loop, std::function<void()> reload, std::function<void()> drain);
    ~signals();  // neither function is called again; the signals have their default effect
    signals(const signals&) = delete;
    signals& operator=(const signals&) = delete;

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::service
