#pragma once

#include "conf/units.hpp"
#include "discovery/inventory.hpp"
#include "lb/target/target.hpp"

#include <cstdint>
#include <optional>

namespace gatehouse::lb {

// Follows one target from "gets no new request" to "nothing is lost if it goes away". Decides only: the
// control thread asks on every event and every second or so, and carries the verdict into the target. A
// target drains while it is not a member, terminating, in standby or drained by the operator. The delay
// counts from the first of these, and starts anew only after a time with none of them.
class drain_clock {
public:
    struct facts {
        discovery::lifecycle state = discovery::lifecycle::in_service;
        bool member = true;             // of the group's inventory
        bool operator_drained = false;  // by `gatehouse drain`, until undrain
        std::uint32_t in_flight = 0;
    };

    struct verdict {
        target::drain drain = target::drain::active;
        std::optional<std::int64_t> deadline{};  // steady ms at which the delay ends; unless active
        // Nothing runs, and either the delay is over or the target left the group: it may be forgotten, or
        // its instance let go. A member stays draining to the end of the delay though nothing runs, as with
        // ALB.
        bool drained = false;
        bool operator==(const verdict&) const = default;
    };

    // `delay` is the group's deregistration_delay of now: a reload moves the deadline of a drain in progress.
    verdict observe(const facts& seen, std::int64_t now_ms, conf::duration delay) noexcept;

private:
    std::optional<std::int64_t> since_;  // steady ms; empty while active
};

}  // namespace gatehouse::lb
