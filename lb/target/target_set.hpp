#pragma once

#include "conf/target_group.hpp"
#include "lb/target/target.hpp"

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb {

// The targets of one group that may get requests, as of one publication: in service and not draining.
// Immutable; health changes without a new publication, in the targets' atomics.
struct target_set {
    conf::target_group settings;
    struct entry {
        std::shared_ptr<target> which;
        std::string zone;          // copied: target::about belongs to the control thread
        std::uint64_t sticky = 0;  // hash of group and id, as the stickiness cookie carries it
    };
    std::vector<entry> members;  // ordered by id
    std::string own_zone;        // of this node; empty = unknown, then cross_zone: false has no effect
};

// The hash a stickiness cookie names a target with: equal on every node, tells nothing about the target.
std::uint64_t sticky_hash(std::string_view group, std::string_view id) noexcept;

}  // namespace gatehouse::lb
