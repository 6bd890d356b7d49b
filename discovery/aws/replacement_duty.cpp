#include "discovery/aws/replacement_duty.hpp"

#include <algorithm>

namespace gatehouse::discovery::aws {

replacement_duty::verdict replacement_duty::observe(const std::vector<instance>& in_service, std::int64_t now_ms)
{
    verdict made;
    if (!settings_.enabled) return made;
    std::erase_if(reported_, [&](const auto& one) { return now_ms - one.second >= settings_.interval.count(); });
    const auto dead = std::ranges::count_if(in_service, [](const instance& one) { return !one.healthy; });
    made.too_many = static_cast<std::size_t>(dead) * 2 > in_service.size();
    if (made.too_many) return made;
    const auto allowed = std::max<std::size_t>(1, in_service.size() * settings_.max_share / 100);
    for (const auto& one : in_service) {
        if (one.healthy || reported_.contains(one.id)) continue;
        if (reported_.size() >= allowed) break;
        reported_.emplace(one.id, now_ms);
        made.report.push_back(one.id);
    }
    return made;
}

}  // namespace gatehouse::discovery::aws
