#include "lb/control/zone_shifts.hpp"

#include <algorithm>

namespace gatehouse::lb {

bool zone_shifts::end(std::string_view zone)
{
    const auto found = until_.find(zone);
    if (found == until_.end()) return false;
    until_.erase(found);
    return true;
}

std::vector<std::string> zone_shifts::expire(std::int64_t now_ms)
{
    std::vector<std::string> ended;
    std::erase_if(until_, [&](const auto& one) {
        if (one.second > now_ms) return false;
        ended.push_back(one.first);
        return true;
    });
    return ended;
}

std::optional<std::int64_t> zone_shifts::seconds_left(std::string_view zone, std::int64_t now_ms) const
{
    const auto found = until_.find(zone);
    if (found == until_.end()) return std::nullopt;
    return std::max<std::int64_t>(1, (found->second - now_ms + 999) / 1000);
}

}  // namespace gatehouse::lb
