#pragma once

#include "conf/target_group.hpp"
#include "lb/target/target.hpp"

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb {

// How near a target's zone is. The members of the nearest tier that has a healthy one serve.
enum class tier : std::uint8_t {
    near,   // any zone, or with cross_zone: false that of this node
    other,  // another zone, with cross_zone: false
    away,   // the operator shifted the zone away
};

// `own_zone` is this node's; empty = unknown, then cross_zone: false has no effect. `away`: the target's zone is
// shifted away.
tier tier_of(std::string_view zone, bool cross_zone, std::string_view own_zone, bool away) noexcept;

// The targets of one group that may get requests, as of one publication: in service and not draining.
// Immutable; health changes without a new publication, in the targets' atomics.
struct target_set {
    conf::target_group settings;
    struct entry {
        std::shared_ptr<target> which;
        std::uint64_t sticky = 0;  // hash of group and id, as the stickiness cookie carries it
        tier where = tier::near;
        std::uint64_t zone = 0;  // hash of its name; 0: it has none
    };
    std::vector<entry> members;  // ordered by id
};

std::uint64_t zone_hash(std::string_view zone) noexcept;  // 0 for an empty one

// The hash a stickiness cookie names a target with: equal on every node, tells nothing about the target.
std::uint64_t sticky_hash(std::string_view group, std::string_view id) noexcept;

}  // namespace gatehouse::lb
