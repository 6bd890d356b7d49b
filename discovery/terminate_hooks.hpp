#pragma once

#include "conf/aws.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "discovery/aws/hook_duty.hpp"
#include "discovery/inventory.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace gatehouse::discovery {

// Whether Auto Scaling holds it for a hook before it terminates.
bool waits_to_terminate(const member& one);

// Holds terminating instances that wait for our lifecycle hook until nobody uses them any more, with heartbeats, and
// tells Auto Scaling then that they may go. A hook of another name is left alone. Who uses them it is told. Lives on the
// control thread; `out` must outlive the executor's loop.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html
class terminate_hooks {
public:
    // Requests of this node on an instance.
    struct usage {
        bool in_use = false;                 // some still run
        std::chrono::milliseconds delay{0};  // since it waits: then no node lets any of its own go on
    };
    struct questions {
        // Of each of these instances; who is not in the answer has none. Empty: there are no requests at all.
        std::function<std::map<std::string, usage>(const std::set<std::string>& ids)> requests = {};
        // Whether sessions of this node lead to the instance. No value while the answer is not known: that holds it as
        // well, and it is asked again. Asked only once no request holds it, and where configure() was told of sessions.
        std::function<std::optional<bool>(const std::string& id)> sessions = {};
    };

    terminate_hooks(boost::asio::any_io_executor control, service::log& out);
    ~terminate_hooks();  // calls under way are not waited for
    terminate_hooks(const terminate_hooks&) = delete;
    terminate_hooks& operator=(const terminate_hooks&) = delete;

    // `sessions`: empty where no node lets any through.
    void configure(const conf::aws& settings, aws::ask_aws ask, std::optional<aws::hook_duty::session_terms> sessions = {});

    // `waiting`: every instance that waits_to_terminate(), with its Auto Scaling Group. Call every second.
    void step(const std::map<std::string, std::string>& waiting, const questions& of, std::int64_t now_ms);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::discovery
