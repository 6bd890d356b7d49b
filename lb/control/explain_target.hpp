#pragma once

#include "lb/control/load_balancer.hpp"
#include "service/admin_server.hpp"

#include <string>
#include <vector>

namespace gatehouse::lb {

// Whether a target gets requests, and every reason for that or against it, in the order they are asked in.
struct target_verdict {
    bool used = false;
    std::vector<std::string> steps;
};
target_verdict judge(const target_registry::group_rows& group, const target_registry::row& line);

// POST /api/v1/explain/target: why a target is or is not used. The body is {"id"}: an instance id, an address or a Name
// tag.
service::admin_response explain_target(const load_balancer& door, const service::admin_request& asked);

}  // namespace gatehouse::lb
