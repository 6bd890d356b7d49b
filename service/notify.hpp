#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
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
    // STOPPING=1, and that stopping may take this long, whatever TimeoutStopSec says (EXTEND_TIMEOUT_USEC).
    void stopping(std::chrono::microseconds within);
    void status(std::string_view sentence);  // STATUS=...

    // From now on sends WATCHDOG=1 at half the interval systemd asked for, from `executor`'s thread, as long as `alive`
    // says so: systemd restarts a daemon that stays silent.
    void start_watchdog(boost::asio::any_io_executor executor, std::function<bool()> alive);

private:
    struct state;
    std::shared_ptr<state> state_;  // the watchdog's wait holds it weakly
};

}  // namespace gatehouse::service
