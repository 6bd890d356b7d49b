#pragma once

#include "lb/control/load_balancer.hpp"
#include "service/admin_server.hpp"

#include <boost/json.hpp>

// What the admin API tells and changes of targets and zones. Control thread only.
namespace gatehouse::lb {

boost::json::value targets_of(const load_balancer& door);
service::admin_response set_drained(load_balancer& door, const service::admin_request& asked, bool drained);

boost::json::value zones_of(const load_balancer& door);
service::admin_response shift_zone(load_balancer& door, const service::admin_request& asked);
service::admin_response end_zone_shift(load_balancer& door, const service::admin_request& asked);

// Seconds since the source of a group last confirmed its members; empty for one that is watched, not asked.
std::optional<std::int64_t> answer_age(const load_balancer& door, const conf::group& of);

}  // namespace gatehouse::lb
