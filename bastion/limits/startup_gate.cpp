#include "bastion/limits/startup_gate.hpp"

namespace gatehouse::bastion {
namespace {

// Percent of connections to drop while `inside` are there: from `rate` at `begin` in a straight line to 100 at `full`.
std::uint64_t drop_share(const conf::max_startups& limits, source_history history, unsigned inside) noexcept
{
    if (inside >= limits.full) return 100;
    if (inside < limits.begin || history == source_history::logged_in_lately) return 0;
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
