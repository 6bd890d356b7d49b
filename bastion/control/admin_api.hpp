#pragma once

#include "service/admin_server.hpp"

namespace gatehouse::bastion {

class jump_host;

// The bastion's part of the admin endpoint. `host` must outlive the server.
void add_admin_routes(service::admin_server& server, jump_host& host);

}  // namespace gatehouse::bastion
