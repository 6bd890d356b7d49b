#pragma once

#include "lb/control/load_balancer.hpp"
#include "service/admin_server.hpp"

namespace gatehouse::lb {

// POST /api/v1/explain: which rule a request would meet and where it would go, without sending it. The body is
// {"method", "url", "headers": [[name, value], ...], "listener", "source"}; all but url may be absent.
service::admin_response explain_request(const load_balancer& door, const service::admin_request& asked);

}  // namespace gatehouse::lb
