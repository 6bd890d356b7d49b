#pragma once

#include "bastion/policy/target_names.hpp"
#include "discovery/inventory.hpp"
#include "tests/unit/bastion/utc.hpp"

#include <string>
#include <vector>

namespace gatehouse::bastion {

// A member as tests write it.
discovery::member server(std::string id, const char* address, std::string name = {},
                         discovery::lifecycle state = discovery::lifecycle::in_service);

discovery::inventory::value_type group(std::string name, std::vector<discovery::member> members);

// "group/id" of each.
std::vector<std::string> ids_of(const std::vector<resident>& residents);

}  // namespace gatehouse::bastion
