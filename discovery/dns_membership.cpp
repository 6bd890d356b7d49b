#include "discovery/dns_membership.hpp"

#include <algorithm>

namespace gatehouse::discovery {

dns_membership::dns_membership(const std::vector<member>& known)
{
    for (const auto& one : known) absences_.emplace(one.address, 0);
}

bool dns_membership::observe(const name_answer& answer)
{
    if (answer.addresses.empty()) return false;
    if (answer.complete)
        for (auto& [address, missed] : absences_) ++missed;
    bool changed = false;
    for (const auto& address : answer.addresses) {
        const auto [place, joined] = absences_.try_emplace(address, 0);
        place->second = 0;
        changed = changed || joined;
    }
    return std::erase_if(absences_, [](const auto& entry) { return entry.second >= patience; }) > 0 ||
           changed;
}

std::vector<member> dns_membership::members() const
{
    std::vector<member> all;
    all.reserve(absences_.size());
    for (const auto& [address, missed] : absences_) {
        member one;
        one.id = address.to_string();
        one.address = address;
        all.push_back(std::move(one));
    }
    return normalised(std::move(all));
}

}  // namespace gatehouse::discovery
