#pragma once

#include "conf/config.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "discovery/inventory.hpp"
#include "discovery/terminate_hooks.hpp"
#include "lb/control/bastion_sessions.hpp"
#include "lb/control/cloudwatch_reports.hpp"
#include "lb/control/replacement_reports.hpp"
#include "lb/control/target_registry.hpp"
#include "lb/metrics/metrics.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>

namespace gatehouse::lb {

// What the load balancer tells AWS in return: that a terminating instance is drained and may go, also of the sessions of
// the bastion that the same file configures, which instances fail their health checks, and what it counts. Lives on the
// control thread; `out` must outlive the executor's loop.
class auto_scaling_loop {
public:
    auto_scaling_loop(boost::asio::any_io_executor control, service::log& out);

    // Works by these settings from now on; `ask` may be empty while no group follows Auto Scaling.
    void configure(const conf::config& settings, const discovery::aws::ask_aws& ask);

    // Looks at everybody once; call every second.
    void step(const discovery::inventory& house, const target_registry& targets, const metrics& counted,
              std::int64_t now_ms);

private:
    discovery::terminate_hooks hooks_;
    bastion_sessions bastion_;
    replacement_reports replacements_;
    cloudwatch_reports metrics_;
};

}  // namespace gatehouse::lb
