#pragma once

#include "lb/target/target_set.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace gatehouse::lb {

// Chooses the target of a request. One per worker and group, kept from publication to publication; holds
// nothing but its turn and its random state, so it has no opinion that a reload could lose.
//
// Candidates are the healthy members (not draining, not yet tried by this request) of the nearest tier that has
// any: with cross_zone: false the own zone's, and those of a zone that is shifted away last. When fewer members
// than minimum_healthy are healthy, health is ignored (fail open). Slow start scales a target's share linearly
// from its ramp_start to the end of slow_start, from 10 % up.
//
// A repetition prefers another zone than those that failed its earlier attempts, also to one that is farther, unless
// that is shifted away: where one server died, others may be about to.
//
// A member to which a connection just failed (target::suspect()) is passed over while others are left, until its next
// health check.
//
// While none of them is left, members that have begun to drain serve: a publication without them, and with those who take
// over, is on its way.
//
// A sticky target that may serve is chosen whatever its ramp and its zone, unless that is shifted away while others
// serve: its client has been there before.
class balancer {
public:
    // The seed differs per worker, so that they do not march in step.
    explicit balancer(std::uint64_t seed) noexcept;

    struct request {
        std::int64_t now_ms = 0;                        // steady clock
        std::optional<std::uint64_t> sticky{};          // hash from the client's cookie
        std::span<const target* const> tried{};         // by this request's earlier attempts: not again
        std::span<const std::uint64_t> failed_zones{};  // target_set::entry::zone of those that failed it; never 0
    };

    // Null when no member is left. Costs no allocation; O(members) when sticky, for
    // least_outstanding_requests (O(1) while the next in turn is idle) and whenever a member is not
    // eligible, else O(1). Does not lease.
    const target_set::entry* choose(const target_set& from, const request& asked) noexcept;

    std::uint64_t random() noexcept;  // splitmix64 of its own state: also for weights between groups

private:
    class candidates;

    const target_set::entry* choose_among(const target_set& from, candidates& can) noexcept;
    const target_set::entry* round_robin(const target_set& from, candidates& can) noexcept;
    const target_set::entry* least_outstanding(const target_set& from, candidates& can) noexcept;
    const target_set::entry* by_weight(const target_set& from, candidates& can) noexcept;
    std::uint32_t random_below(std::uint32_t bound) noexcept;

    std::uint64_t state_;
    std::uint32_t turn_ = 0;  // the member that is asked first next time
};

// Whether the group serves from all members because too few are healthy.
bool fails_open(const target_set& set) noexcept;

// The tier whose members serve, and all nearer ones; away when no member is healthy.
tier serving_tier(const target_set& set) noexcept;

}  // namespace gatehouse::lb
