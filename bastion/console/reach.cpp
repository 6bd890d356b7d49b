#include "bastion/console/reach.hpp"

#include <algorithm>

namespace gatehouse::bastion {

asker asker_of(const console_question& asked)
{
    return {asked.user, asked.rules.people->groups_of(asked.user), asked.source};
}

reach::reach(const console_question& asked)
    : asked_(asked), who_(asker_of(asked)), rules_(own_rules(who_, *asked.rules.settings))
{
    for (const auto& rule : rules_)
        for (const auto& group : rule.settings->targets)
            groups_[group].insert(rule.settings->ports.begin(), rule.settings->ports.end());
}

resolution reach::find(std::string_view name) const
{
    auto found = asked_.rules.names->resolve(name, 0);
    std::erase_if(found.residents, [this](const resident& one) { return !groups_.contains(one.group()); });
    if (found.residents.empty()) found.form = name_form::unknown;
    return found;
}

decision reach::decide(const resident& to, std::uint16_t port) const
{
    return asked_.rules.policy->decide(who_, {name_form::id, {to}}, port, asked_.now);
}

std::vector<std::uint16_t> reach::open_ports(const resident& to) const
{
    const auto is_like = [&](const known_ports& one) { return asked_.rules.policy->alike(one.of, to); };
    if (const auto before = std::ranges::find_if(known_, is_like); before != known_.end()) return before->open;
    if (!known_.empty() && known_.front().of.home != to.home) known_.clear();
    auto& open = known_.emplace_back(to, std::vector<std::uint16_t>()).open;
    const auto known = groups_.find(to.group());
    if (!asked_.may_forward || known == groups_.end()) return open;
    for (const auto port : known->second)
        if (std::holds_alternative<grant>(decide(to, port))) open.push_back(port);
    return open;
}

}  // namespace gatehouse::bastion
