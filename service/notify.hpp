#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string_view>

namespace gatehouse::service {

// Talks to systemd through $NOTIFY_SOCKET (sd_notify(3)); does nothing where there is none. A message that
// cannot be delivered is lost: the daemon goes on. Destroy it on the watchdog's thread, or once that stopped.
class notify {
public:
    notify();  // reads and clears NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID
    ~notify();
    notify(const notify&) = delete;
    notify& operator=(const notify&) = delete;

    void ready();                            // READY=1
    void reloading();                        // RELOADING=1 with MONOTONIC_USEC; follow with ready()
    void stopping();                         // STOPPING=1
    void status(std::string_view sentence);  // STATUS=...

    // From now on sends WATCHDOG=1 at half the interval systemd asked for, from `executor`'s thread.
    void start_watchdog(boost::asio::any_io_executor executor);

private:
    struct state;
    std::shared_ptr<state> state_;  // the watchdog's wait holds it weakly
};

}  // namespace gatehouse::service
