#include "discovery/aws/asg_answer.hpp"

namespace gatehouse::discovery::aws {

bool is_ending(const instance_facts::on_ec2& seen) noexcept
{
    return seen.state == "shutting-down" || seen.state == "terminated" || seen.state == "stopping" ||
           seen.state == "stopped";
}

// The states: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
lifecycle lifecycle_of(const instance_facts& seen) noexcept
{
    const std::string_view state = seen.state;
    if (seen.ec2 && (is_ending(*seen.ec2) || !seen.ec2->spot_notice.empty())) return lifecycle::terminating;
    for (const std::string_view leaving : {"Terminating", "Terminated", "Detaching", "Detached"})
        if (state.starts_with(leaving)) return lifecycle::terminating;
    if (state == "Standby" || state == "EnteringStandby") return lifecycle::standby;
    if (state != "InService") return lifecycle::pending;  // Pending, Pending:Wait, Warmed:Running, ...
    return seen.health == "Unhealthy" ? lifecycle::terminating : lifecycle::in_service;
}

}  // namespace gatehouse::discovery::aws
