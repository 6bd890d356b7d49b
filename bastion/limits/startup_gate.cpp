#include "bastion/limits/startup_gate.hpp"

namespace gatehouse::bastion {
namespace {

// Percent of connections to drop while `inside` are there: from `rate` at `begin` in a straight line to 100 at `full`.
// Beyond it `begin` places are left for those who logged in lately: strangers alone could hold all the others.
std::uint64_t drop_share(const conf::max_startups& limits, source_history history, unsigned inside) noexcept
{
    if (history == source_history::logged_in_lately) return inside >= limits.full + limits.begin ? 100 : 0;
    if (inside >= limits.full) return 100;
    if (inside < limits.begin) return 0;
    const std::uint64_t rest = limits.rate < 100 ? 100 - limits.rate : 0;
    return limits.rate + rest * (inside - limits.begin) / (limits.full - limits.begin);
}

}  // namespace

std::optional<startup_gate::pass> startup_gate::enter(const conf::max_startups& limits, source_history history,
                                                      std::uint32_t random) noexcept
{
    const auto inside = inside_.fetch_add(1, std::memory_order_relaxed);  // taken first: workers race for the last one
    pass taken(*this, {});
    if (random % 100 < drop_share(limits, history, inside)) return std::nullopt;
    return taken;
}

}  // namespace gatehouse::bastion
