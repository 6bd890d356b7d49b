#pragma once

#include "bastion/policy/access_rule.hpp"
#include "conf/bastion.hpp"

#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// A rule that is for the user who asks.
struct own_rule {
    const conf::access_rule* settings;  // of the configuration it was made from
    access_rule compiled;
};

// In the configuration's order.
std::vector<own_rule> own_rules(const asker& who, const conf::bastion& from);

// Somebody in service whom the group might have: what a rule says of the group, it says of this one.
resident anyone_of(std::string_view group);

}  // namespace gatehouse::bastion
