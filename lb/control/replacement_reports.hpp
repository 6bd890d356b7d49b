#pragma once

#include "conf/aws.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace gatehouse::lb {

// Tells Auto Scaling which instances fail our health checks, so that it replaces them (SetInstanceHealth). Lives on the
// control thread; `out` must outlive the executor's loop.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceHealth.html
class replacement_reports {
public:
    replacement_reports(boost::asio::any_io_executor control, service::log& out);
    ~replacement_reports();  // calls under way are not waited for
    replacement_reports(const replacement_reports&) = delete;
    replacement_reports& operator=(const replacement_reports&) = delete;

    void configure(const conf::set_instance_health& settings, discovery::aws::ask_aws ask);
    bool enabled() const noexcept;

    // Of one Auto Scaling Group, each instance in service and whether it is well. Call every second.
    using fleet = std::map<std::string, bool>;
    void step(const std::map<std::string, fleet>& fleets, std::int64_t now_ms);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::lb
