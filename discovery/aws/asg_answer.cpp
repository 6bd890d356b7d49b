#include "discovery/aws/asg_answer.hpp"

namespace gatehouse::discovery::aws {

// The states: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
lifecycle lifecycle_of(const instance_facts& seen) noexcept
{
    const std::string_view state = seen.state;
    if (seen.ec2 && (seen.ec2->state == "shutting-down" || seen.ec2->state == "terminated" ||
                     seen.ec2->state == "stopping" || seen.ec2->state == "stopped" || !seen.ec2->spot_notice.empty()))
        return lifecycle::terminating;
    for (const std::string_view leaving : {"Terminating", "Terminated", "Detaching", "Detached"})
        if (state.starts_with(leaving)) return lifecycle::terminating;
    if (state == "Standby" || state == "EnteringStandby") return lifecycle::standby;
    if (state != "InService") return lifecycle::pending;  // Pending, Pending:Wait, Warmed:Running, ...
    return seen.health == "Unhealthy" ? lifecycle::terminating : lifecycle::in_service;
}

}  // namespace gatehouse::discovery::aws
