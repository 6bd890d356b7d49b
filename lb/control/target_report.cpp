#include "lb/control/target_registry.hpp"
#include "lb/target/balancer.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

// What the registry tells of its targets.
namespace gatehouse::lb {

std::string_view target_registry::state_of(const entry& one) noexcept
{
    if (one.last.drain != target::drain::active) return one.last.drained ? "drained" : "draining";
    switch (one.which->current_health()) {
    case target::health::initial: return "initial";
    case target::health::healthy: return "healthy";
    case target::health::unhealthy: return "unhealthy";
    }
    return "initial";
}

std::set<std::string, std::less<>> target_registry::failing() const
{
    std::set<std::string, std::less<>> ids;
    for (const auto& [name, known] : groups_)
        for (const auto& [key, one] : known.entries)
            if (one.which->about.member && one.which->current_health() == target::health::unhealthy)
                ids.insert(one.which->id());
    return ids;
}

std::map<std::string, target_registry::usage> target_registry::usage_of(const std::set<std::string>& ids) const
{
    std::map<std::string, usage> all;
    if (ids.empty()) return all;
    for (const auto& [name, known] : groups_) {
        for (const auto& [key, one] : known.entries) {
            if (!ids.contains(one.which->id())) continue;
            auto& of = all[one.which->id()];
            of.in_use = of.in_use || one.which->in_flight() != 0;
            of.longest_delay = std::max(of.longest_delay, known.settings->deregistration_delay);
        }
    }
    return all;
}

std::vector<target_registry::zone_row> target_registry::zones(std::int64_t now_ms) const
{
    std::map<std::string, zone_row> all;
    for (const auto& [name, known] : groups_) {
        for (const auto& [key, one] : known.entries) {
            if (!one.which->about.member) continue;
            const auto& zone = one.which->about.zone;
            auto& of = all[zone];
            of.zone = zone;
            ++of.targets;
            if (state_of(one) == "healthy") ++of.healthy;
        }
    }
    std::vector<zone_row> rows;
    for (auto& [zone, of] : all) {
        of.own = !zone.empty() && zone == own_zone_;
        of.away_seconds_left = shifts_.seconds_left(zone, now_ms);
        rows.push_back(std::move(of));
    }
    return rows;
}

std::vector<target_registry::group_rows> target_registry::rows(std::int64_t now_ms) const
{
    std::vector<group_rows> all;
    for (std::size_t i = 0; i < order_.size(); ++i) {
        const auto& known = groups_.find(order_[i])->second;
        group_rows rows{known.settings.get(), fails_open(*sets_[i]), serving_tier(*sets_[i]), {}};
        for (const auto& [key, one] : known.entries) {
            row line{one.which.get(), std::string(state_of(one)), {}, tier_of_target(known, *one.which)};
            if (one.last.deadline) line.drain_seconds_left = std::max<std::int64_t>(0, (*one.last.deadline - now_ms) / 1000);
            rows.targets.push_back(std::move(line));
        }
        all.push_back(std::move(rows));
    }
    return all;
}

std::optional<std::string> target_registry::state_of_target(const std::string& group, const std::string& id) const
{
    const auto known = groups_.find(group);
    if (known == groups_.end()) return std::nullopt;
    for (const auto& [key, one] : known->second.entries)
        if (one.which->id() == id) return std::string(state_of(one));
    return std::nullopt;
}

std::vector<metrics::target_count> target_registry::counts() const
{
    std::map<std::tuple<std::string, std::string, std::string>, double> sums;
    for (const auto& [name, known] : groups_) {
        // A series that vanished when the last target died could not raise an alarm.
        std::set<std::string> zones;
        for (const auto& [key, one] : known.entries) zones.insert(one.which->about.zone);
        if (zones.empty()) zones.insert("");
        for (const auto& zone : zones)
            for (const auto* state : {"initial", "healthy", "unhealthy", "draining"}) sums[{name, zone, state}] = 0;
        for (const auto& [key, one] : known.entries) {
            auto state = state_of(one);
            if (state == "drained") state = "draining";
            sums[{name, one.which->about.zone, std::string(state)}] += 1;
        }
    }
    std::vector<metrics::target_count> all;
    for (const auto& [key, number] : sums)
        all.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), number});
    return all;
}

}  // namespace gatehouse::lb
