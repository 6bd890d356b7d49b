#pragma once

#include "service/admin_server.hpp"

#include <boost/json.hpp>

namespace gatehouse::service {

// An answer of the admin API: one JSON value and a line end.
inline admin_response json_reply(const boost::json::value& body, unsigned status = 200)
{
    return {status, "application/json", boost::json::serialize(body) + "\n"};
}

}  // namespace gatehouse::service
