#pragma once

#include "conf/aws.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gatehouse::discovery::aws {

// Which instances to report to their Auto Scaling Group as unhealthy, so that it replaces them. Careful by design: a
// fault of ours, or of the application as a whole, must not terminate the fleet. One per Auto Scaling Group. Decides
// only; steady milliseconds.
class replacement_duty {
public:
    explicit replacement_duty(conf::set_instance_health with) : settings_(with) {}

    struct instance {
        std::string id;
        bool healthy = true;  // by our checks; one that was never checked counts as healthy
    };
    struct verdict {
        std::vector<std::string> report;  // at most max_share of the group per interval, none twice within one
        bool too_many = false;            // more than half of the group looks dead: nobody is reported
    };
    // `in_service`: every instance that Auto Scaling believes to be in service and healthy.
    verdict observe(const std::vector<instance>& in_service, std::int64_t now_ms);

private:
    conf::set_instance_health settings_;
    std::map<std::string, std::int64_t> reported_;  // when; forgotten after an interval
};

}  // namespace gatehouse::discovery::aws
