#pragma once

#include "conf/aws.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "discovery/inventory.hpp"
#include "lb/control/target_registry.hpp"
#include "lb/metrics/metrics.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>

namespace gatehouse::lb {

// What the load balancer tells AWS in return: that a terminating instance is drained and may go
// (CompleteLifecycleAction, with heartbeats until then), which instances fail their health checks
// (SetInstanceHealth), and once a minute what it counts (PutMetricData). Lives on the control thread; `out` must outlive the executor's loop.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html
class auto_scaling_loop {
public:
    auto_scaling_loop(boost::asio::any_io_executor control, service::log& out);
    ~auto_scaling_loop();  // calls under way are not waited for
    auto_scaling_loop(const auto_scaling_loop&) = delete;
    auto_scaling_loop& operator=(const auto_scaling_loop&) = delete;

    // Works by these settings from now on; `ask` may be empty while no group follows Auto Scaling.
    void configure(const conf::aws& settings, discovery::aws::ask_aws ask);

    // Looks at everybody once; call every second.
    void step(const discovery::inventory& house, const target_registry& targets, const metrics& counted,
              std::int64_t now_ms);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::lb
