#pragma once

#include "service/ctl/command.hpp"

#include <string>
#include <vector>

namespace gatehouse::service::ctl {

// The `gatehouse` command. Returns its exit code (service/exit_code.hpp); throws nothing.
int run(const std::vector<std::string>& arguments, terminal screen);

}  // namespace gatehouse::service::ctl
