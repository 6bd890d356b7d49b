#pragma once

#include "lb/control/load_balancer.hpp"
#include "service/admin_server.hpp"

namespace gatehouse::lb {

// Puts what the operator, Prometheus and the `gatehouse` command may ask into `server`: /metrics, /healthz, /readyz
// and /api/v1/. Both must outlive the server's last request; everything runs on the control thread.
void add_admin_routes(service::admin_server& server, load_balancer& door);

}  // namespace gatehouse::lb
