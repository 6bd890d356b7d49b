#pragma once

#include "service/admin_server.hpp"

#include <boost/json/value.hpp>

// What the admin API tells and changes of sessions, targets and penalties. Control thread only.
namespace gatehouse::bastion {

class jump_host;

boost::json::value sessions_of(const jump_host& host, const service::admin_request& asked);
service::admin_response end_session(jump_host& host, const service::admin_request& asked);

boost::json::value targets_of(const jump_host& host);

boost::json::value penalties_of(jump_host& host);
service::admin_response forgive(jump_host& host, const service::admin_request& asked);

service::admin_response test_policy(const jump_host& host, const service::admin_request& asked);

}  // namespace gatehouse::bastion
