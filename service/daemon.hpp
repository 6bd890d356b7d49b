#pragma once

#include "conf/config.hpp"
#include "service/admin_server.hpp"
#include "service/log.hpp"
#include "service/ready_report.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::service {

// What a daemon does, between its start and its end. All calls come from the control thread.
class daemon {
public:
    virtual ~daemon() = default;

    virtual void add_routes(admin_server& to) = 0;
    virtual std::vector<std::string> reload() = 0;  // what is wrong; nothing has changed then
    // Calls `done` once, when nothing is left to do, at most drain_within() later.
    virtual void drain(std::function<void()> done) = 0;
    virtual std::chrono::milliseconds drain_within() const = 0;
    virtual bool draining() const = 0;
    virtual std::vector<opened_socket> sockets() const = 0;
    virtual bool alive() const = 0;  // no thread is stuck
};

// What it is made from. `inherited`: listening descriptors by name. `control` and `out` outlive it.
struct daemon_start {
    boost::asio::io_context& control;
    std::shared_ptr<const conf::config> settings;
    std::map<std::string, std::vector<int>> inherited;
    log& out;
};

struct daemon_kind {
    const char* program;  // "gatehouse-lb"
    conf::used_by section;
    // Null when the file has no section for this daemon.
    std::function<const conf::admin*(const conf::config&)> admin_of;
    std::function<std::unique_ptr<daemon>(daemon_start)> make;
};

// main() of both: command line, configuration, admin endpoint, signals, readiness, watchdog; runs the daemon until it
// has drained. Returns the exit code.
int run_daemon(int argc, char** argv, const daemon_kind& kind);

}  // namespace gatehouse::service
