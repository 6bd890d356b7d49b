#include "lb/control/target_registry.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace gatehouse::lb {

void target_registry::apply(const conf::lb& wanted, const discovery::inventory& house, std::int64_t now_ms)
{
    for (auto& [name, known] : groups_) known.configured = false;
    order_.clear();
    const auto& own_zone = wanted.zone.empty() ? learned_zone_ : wanted.zone;
    if (std::exchange(own_zone_, own_zone) != own_zone) forget_sets();
    for (const auto& settings : wanted.target_groups) {
        auto& known = groups_[settings.name];
        if (!known.settings || *known.settings != settings) {
            if (known.settings && known.settings->port != settings.port) known.followed.reset();
            known.settings = std::make_shared<const conf::target_group>(settings);
            known.stale = true;
            known.settled = false;
        }
        known.configured = true;
        order_.push_back(settings.name);
        const auto found = house.find(settings.members);
        if (found != house.end()) follow(known, found->second);
    }
    for (auto& [name, known] : groups_) {
        if (known.configured) continue;
        known.followed.reset();
        known.settled = false;
        for (auto& [key, one] : known.entries) one.which->about.member = false;
    }
    advance(now_ms);
    rebuild_sets();
}

// Most of a large house is as it was: whoever was told the same again costs one comparison.
void target_registry::follow(group_record& into, const std::shared_ptr<const discovery::group_snapshot>& told)
{
    if (into.followed == told) return;
    const auto before = std::exchange(into.followed, told);
    if (before && before->members == told->members) return;
    into.stale = true;
    into.settled = false;
    std::set<const target*> present;
    for (const auto& member : told->members) {
        auto& one = find_or_make(into, member);
        one.which->about.zone = member.zone;
        one.which->about.name = member.name;
        one.which->about.state = member.state;
        one.which->about.provider_state = member.provider_state;
        one.which->about.member = true;
        present.insert(one.which.get());
    }
    for (auto& [key, one] : into.entries)
        if (!present.contains(one.which.get())) one.which->about.member = false;
}

target_registry::entry& target_registry::find_or_make(group_record& in, const discovery::member& from)
{
    const boost::asio::ip::tcp::endpoint where(from.address, from.port.value_or(in.settings->port));
    auto key = from.id + '\n' + where.address().to_string() + '\n' + std::to_string(where.port());
    auto& one = in.entries[std::move(key)];
    if (one.which) return one;
    auto slot = std::ranges::find_if(slots_, [](const auto& held) { return held.expired(); });
    if (slot == slots_.end()) slot = slots_.emplace(slots_.end());
    one.which = std::make_shared<target>(in.settings->name, from.id, where,
                                         static_cast<std::uint32_t>(slot - slots_.begin()));
    *slot = one.which;
    out_.info("target registered", {{"target_group", in.settings->name},
                                    {"target", from.id},
                                    {"address", one.which->address_text()},
                                    {"zone", from.zone}});
    return one;
}

void target_registry::set_learned_zone(const std::string& zone)
{
    const bool configured = !own_zone_.empty() && own_zone_ != learned_zone_;
    learned_zone_ = zone;
    if (configured) return;
    own_zone_ = zone;
    forget_sets();
    rebuild_sets();
}

bool target_registry::advance(std::int64_t now_ms)
{
    bool changed = false;
    for (const auto& zone : shifts_.expire(now_ms)) {
        out_.info("zone is back, its time away is over", {{"zone", zone}});
        forget_sets();
        changed = true;
    }
    for (auto& [name, known] : groups_)
        if (!known.settled) changed = evaluate(known, now_ms) || changed;
    std::erase_if(groups_, [](const auto& item) { return !item.second.configured && item.second.entries.empty(); });
    if (changed) rebuild_sets();
    return changed;
}

bool target_registry::evaluate(group_record& one, std::int64_t now_ms)
{
    bool changed = false;
    one.settled = true;
    for (auto at = one.entries.begin(); at != one.entries.end();) {
        auto& [which, clock, last] = at->second;
        const drain_clock::facts seen{which->about.state, which->about.member, which->about.operator_drained,
                                      which->in_flight()};
        const auto verdict = clock.observe(seen, now_ms, one.settings->deregistration_delay);
        if (verdict.drain != last.drain) {
            changed = true;
            const auto* event = verdict.drain == target::drain::active     ? "target active"
                                : verdict.drain == target::drain::draining ? "target draining"
                                                                           : "target drain expired";
            out_.info(event, {{"target_group", which->group()},
                              {"target", which->id()},
                              {"in_flight", which->in_flight()}});
        }
        which->set_drain(verdict.drain);
        which->about.drain_deadline = verdict.deadline;
        last = verdict;
        one.settled = one.settled && verdict.drain == target::drain::active;
        if (verdict.drained && !which->about.member) {
            out_.info("target forgotten", {{"target_group", which->group()}, {"target", which->id()}});
            at = one.entries.erase(at);
            changed = true;
        } else {
            ++at;
        }
    }
    one.stale = one.stale || changed;
    return changed;
}

void target_registry::rebuild_sets()
{
    sets_.clear();
    for (const auto& name : order_) {
        auto& known = groups_.find(name)->second;
        if (std::exchange(known.stale, false)) rebuild(name, known);
        sets_.push_back(known.set);
    }
}

void target_registry::rebuild(const std::string& name, group_record& one) const
{
    auto set = std::make_shared<target_set>();
    auto watched = std::make_shared<std::vector<std::shared_ptr<target>>>();
    set->settings = *one.settings;
    for (const auto& [key, each] : one.entries) {
        const auto& about = each.which->about;
        if (!about.member) continue;
        if (about.state != discovery::lifecycle::terminating) watched->push_back(each.which);
        if (each.last.drain == target::drain::active && about.state == discovery::lifecycle::in_service)
            set->members.push_back({each.which, sticky_hash(name, each.which->id()), tier_of_target(one, *each.which),
                                    zone_hash(about.zone)});
    }
    std::ranges::sort(set->members, {}, [](const target_set::entry& member) { return member.which->id(); });
    one.set = std::move(set);
    one.watched = std::move(watched);
}

void target_registry::forget_sets() noexcept
{
    for (auto& [name, known] : groups_) known.stale = true;
}

std::vector<health_checker::watched_group> target_registry::watched() const
{
    std::vector<health_checker::watched_group> all;
    for (const auto& name : order_) {
        const auto& known = groups_.find(name)->second;
        all.push_back({known.settings, known.watched});
    }
    return all;
}

void target_registry::health_changed(target& which, target::health before, std::int64_t now_ms)
{
    const auto found = groups_.find(which.group());
    if (found == groups_.end()) return;
    if (which.current_health() != target::health::healthy) return which.start_ramp(0);
    if (before == target::health::healthy || found->second.settings->slow_start.count() == 0) return;
    const bool others = std::ranges::any_of(found->second.entries, [&](const auto& item) {
        const auto& [other, clock, last] = item.second;
        return other.get() != &which && other->about.member && last.drain == target::drain::active &&
               other->current_health() == target::health::healthy;
    });
    if (others) which.start_ramp(now_ms);
}

bool target_registry::set_drained(const std::string& group, const std::string& id, bool drained,
                                  std::int64_t now_ms)
{
    const auto found = groups_.find(group);
    if (found == groups_.end()) return false;
    bool known = false;
    for (auto& [key, one] : found->second.entries) {
        if (one.which->id() != id) continue;
        one.which->about.operator_drained = drained;
        known = true;
    }
    if (!known) return false;
    found->second.settled = false;
    advance(now_ms);
    return true;
}

tier target_registry::tier_of_target(const group_record& in, const target& one) const
{
    return tier_of(one.about.zone, in.settings->cross_zone, own_zone_, shifts_.away(one.about.zone));
}

// Whether a target of another zone could take over what comes to this one's, in any target group.
bool target_registry::serves_beside(std::string_view zone) const
{
    return std::ranges::any_of(groups_, [&](const auto& group) {
        return std::ranges::any_of(group.second.entries, [&](const auto& item) {
            const auto& about = item.second.which->about;
            return about.zone != zone && !shifts_.away(about.zone) && state_of(item.second) == "healthy";
        });
    });
}

target_registry::shift target_registry::shift_zone(const std::string& zone, std::chrono::milliseconds lasting,
                                                   std::int64_t now_ms)
{
    const bool known = std::ranges::any_of(groups_, [&](const auto& group) {
        return std::ranges::any_of(group.second.entries, [&](const auto& item) {
            return item.second.which->about.zone == zone;
        });
    });
    if (!known) return shift::unknown_zone;
    if (!serves_beside(zone)) return shift::nowhere_else;
    shifts_.shift(zone, now_ms + lasting.count());
    out_.warning("zone is shifted away", {{"zone", zone}, {"seconds", static_cast<std::int64_t>(lasting.count() / 1000)}});
    forget_sets();
    rebuild_sets();
    return shift::shifted;
}

bool target_registry::end_shift(const std::string& zone)
{
    if (!shifts_.end(zone)) return false;
    out_.info("zone is back", {{"zone", zone}});
    forget_sets();
    rebuild_sets();
    return true;
}

}  // namespace gatehouse::lb
