#include "bastion/policy/access_policy.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::bastion {
namespace {

using mismatch = access_rule::mismatch;

denial denial_of(mismatch why)
{
    switch (why) {
    case mismatch::port: return denial::forbidden_port;
    case mismatch::source: return denial::forbidden_source;
    case mismatch::not_yet: return denial::not_yet;
    case mismatch::expired: return denial::expired;
    case mismatch::window: return denial::outside_window;
    case mismatch::terminating: return denial::terminating;
    case mismatch::person:
    case mismatch::target:
    case mismatch::none: break;
    }
    return denial::forbidden_target;
}

// Two groups may hold the same server; what a connection reaches is the address.
bool one_server(const std::vector<resident>& residents)
{
    const auto address = [](const resident& one) { return plain(one.who->address); };
    return std::ranges::adjacent_find(residents, std::ranges::not_equal_to(), address) == residents.end();
}

void sort_unique(std::vector<std::string>& names)
{
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

access_policy::access_policy(const conf::bastion& from)
    : rules_(from.rules.begin(), from.rules.end()),
      loopback_(from.allow_loopback_targets ? loopback_targets::allowed : loopback_targets::refused)
{
    for (const auto& rule : rules_) groups_.insert(groups_.end(), rule.targets().begin(), rule.targets().end());
    sort_unique(groups_);
}

decision access_policy::decide(const asker& who, const resolution& to, std::uint16_t port,
                               std::chrono::sys_seconds when) const
{
    if (to.residents.empty()) return refused{denial::unknown_target, {}, {}};
    auto candidates = visible(who, to.residents);
    if (candidates.empty()) return refused{denial::forbidden_target, {}, {}};
    if (!one_server(candidates)) return refused{denial::ambiguous, {}, std::move(candidates)};
    if (is_forbidden(candidates.front().who->address, loopback_)) return refused{denial::forbidden_address, {}, {}};
    auto closest = mismatch::person;
    const access_rule* closest_rule = nullptr;
    for (const auto& rule : rules_) {
        for (const auto& candidate : candidates) {
            const auto why = rule.check(who, candidate, port, when);
            if (why == mismatch::none) return grant(candidate, port, rule, when);
            if (why > closest) {
                closest = why;
                closest_rule = &rule;
            }
        }
    }
    const auto why = denial_of(closest);
    return refused{why, why == denial::forbidden_target ? std::string() : closest_rule->name(), {}};
}

bool access_policy::alike(const resident& one, const resident& other) const
{
    const auto goes = [](const resident& who) { return who.who->state == discovery::lifecycle::terminating; };
    const auto forbidden = [this](const resident& who) { return is_forbidden(who.who->address, loopback_); };
    return one.group() == other.group() && goes(one) == goes(other) && forbidden(one) == forbidden(other);
}

std::vector<access_policy::verdict> access_policy::explain(const asker& who, const resolution& to, std::uint16_t port,
                                                           std::chrono::sys_seconds when) const
{
    auto candidates = visible(who, to.residents);
    if (candidates.empty()) candidates = to.residents;
    std::vector<verdict> story;
    if (candidates.empty() || !one_server(candidates)) return story;
    for (const auto& rule : rules_) {
        const auto why_not = [&](const resident& one) { return rule.check(who, one, port, when); };
        const auto& closest = *std::ranges::max_element(candidates, {}, why_not);
        const auto why = why_not(closest);
        story.push_back({rule.name(), why, rule.describe(why, who, closest, port, when)});
        if (why == mismatch::none) break;
    }
    return story;
}

std::vector<std::string> access_policy::groups_of(const asker& who) const
{
    std::vector<std::string> names;
    for (const auto& rule : rules_)
        if (rule.is_for(who)) names.insert(names.end(), rule.targets().begin(), rule.targets().end());
    sort_unique(names);
    return names;
}

std::vector<resident> access_policy::visible(const asker& who, const std::vector<resident>& residents) const
{
    std::vector<resident> seen;
    const discovery::group_snapshot* asked = nullptr;  // neighbours are of one group: thousands may share a name
    bool shown = false;
    for (const auto& one : residents) {
        const auto shows = [&](const access_rule& rule) { return rule.is_for(who) && rule.reaches(one.group()); };
        if (one.home.get() != asked) shown = std::ranges::any_of(rules_, shows);
        asked = one.home.get();
        if (shown) seen.push_back(one);
    }
    return seen;
}

}  // namespace gatehouse::bastion
