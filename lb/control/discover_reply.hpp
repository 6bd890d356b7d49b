#pragma once

#include "lb/control/load_balancer.hpp"
#include "service/admin_server.hpp"

#include <boost/asio/awaitable.hpp>

namespace gatehouse::lb {

// POST /api/v1/discover: asks AWS once and tells what it said. `door` must outlive it.
boost::asio::awaitable<service::admin_response> discover_reply(load_balancer& door);

}  // namespace gatehouse::lb
