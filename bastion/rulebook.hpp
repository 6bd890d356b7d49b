#pragma once

#include "bastion/identity/roster.hpp"
#include "bastion/policy/access_policy.hpp"
#include "bastion/policy/target_names.hpp"
#include "conf/bastion.hpp"

#include <memory>

namespace gatehouse::bastion {

// All that decides about people, as of one moment. Immutable, shared by the workers and replaced whole: the control
// thread makes a new one when the configuration, a file that it names or the inventory changes. Nothing in it is null.
struct rulebook {
    std::shared_ptr<const conf::bastion> settings;
    std::shared_ptr<const roster> people;
    std::shared_ptr<const access_policy> policy;
    std::shared_ptr<const target_names> names;
    bool draining = false;  // nobody new is let in
};

using rulebook_ptr = std::shared_ptr<const rulebook>;

}  // namespace gatehouse::bastion
