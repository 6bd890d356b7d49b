#pragma once

#include "bastion/limits/pass.hpp"
#include "bastion/limits/recent_logins.hpp"
#include "conf/bastion.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <variant>

namespace gatehouse::bastion {

// Bounds the connections that have not logged in yet (sshd's MaxStartups): a growing share of new ones is dropped at
// random, so that a flood of strangers leaves others a chance. Where somebody logged in lately is spared, and has
// `begin` places more than `full` says: a fleet tool that opens many sessions at once is none of the flood, and whoever
// holds all places must not lock out the users. Shared by the workers; takes no lock.
class startup_gate {
public:
    using pass = bastion::pass<startup_gate, std::monostate>;  // until login or the end of the connection

    // Empty = drop the connection. `random` is any number, new for each call.
    [[nodiscard]] std::optional<pass> enter(const conf::max_startups& limits, source_history history,
                                            std::uint32_t random) noexcept;

    unsigned inside() const noexcept { return inside_.load(std::memory_order_relaxed); }

private:
    friend pass;
    void leave(std::monostate) noexcept { inside_.fetch_sub(1, std::memory_order_relaxed); }

    std::atomic<unsigned> inside_{0};
};

}  // namespace gatehouse::bastion
