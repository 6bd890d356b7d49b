#pragma once

#include "bastion/console/console.hpp"
#include "bastion/console/own_rules.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// Who asks, as the policy wants to know it.
asker asker_of(const console_question& asked);

// What of the house the user who asks may see, and what is open at this moment. The question must outlive it.
class reach {
public:
    explicit reach(const console_question& asked);

    const asker& who() const noexcept { return who_; }
    const std::vector<own_rule>& rules() const noexcept { return rules_; }

    // The groups that a rule names for this user, by name, with the ports of such rules. Who is in no such group must
    // not show, not even as somebody who is refused.
    using group_ports = std::map<std::string, std::set<std::uint16_t>, std::less<>>;
    const group_ports& groups() const noexcept { return groups_; }

    // Whom the name means of those who may show.
    resolution find(std::string_view name) const;

    // What the policy says to one server alone.
    decision decide(const resident& to, std::uint16_t port) const;

    // Through which the user gets to the server now, in order. Quick for one that is like another: `ls` asks of thousands.
    std::vector<std::uint16_t> open_ports(const resident& to) const;

private:
    const console_question& asked_;
    asker who_;
    std::vector<own_rule> rules_;
    group_ports groups_;
    struct known_ports {
        resident of;
        std::vector<std::uint16_t> open;
    };
    mutable std::vector<known_ports> known_;  // of the group that was asked about last; no two are alike
};

}  // namespace gatehouse::bastion
