#pragma once

#include "conf/aws.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "lb/control/target_registry.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace gatehouse::lb {

// Holds terminating instances that wait for our lifecycle hook until they are drained, with heartbeats, and tells Auto
// Scaling then that they may go. A hook of another name is left alone. Lives on the control thread; `out` must outlive
// the executor's loop.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html
class terminate_hooks {
public:
    terminate_hooks(boost::asio::any_io_executor control, service::log& out);
    ~terminate_hooks();  // calls under way are not waited for
    terminate_hooks(const terminate_hooks&) = delete;
    terminate_hooks& operator=(const terminate_hooks&) = delete;

    void configure(const conf::aws& settings, discovery::aws::ask_aws ask);

    // `waiting`: every instance in Terminating:Wait, with its Auto Scaling Group. Call every second.
    void step(const std::map<std::string, std::string>& waiting, const target_registry& targets, std::int64_t now_ms);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::lb
