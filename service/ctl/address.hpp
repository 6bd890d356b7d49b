#pragma once

#include "service/ctl/admin_client.hpp"
#include "service/ctl/invocation.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::service::ctl {

// The file of --config does not load: exit code `bad_configuration`. what() lists its errors.
struct bad_configuration_file : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class daemon_kind { lb, bastion };

// --admin and --config, which every command that talks to a daemon takes.
std::vector<option> admin_options(daemon_kind asked = daemon_kind::lb);

// The same and --bastion, for commands that both daemons answer.
std::vector<option> either_admin_options();

// "127.0.0.1:9101", "[::1]:9101" or "localhost:9101". Throws usage_error.
admin_endpoint parse_endpoint(std::string_view text);

// The daemon that is meant: --admin, else lb.admin of --config, else $GATEHOUSE_ADMIN, else 127.0.0.1:9101.
// With --bastion, or where `kind` says so: bastion.admin, $GATEHOUSE_BASTION_ADMIN and 127.0.0.1:9102. The
// token is that of --config, else $GATEHOUSE_ADMIN_TOKEN: never an argument, which every user of the machine
// could read.
admin_endpoint find_endpoint(const invocation& asked, daemon_kind kind = daemon_kind::lb);

}  // namespace gatehouse::service::ctl
