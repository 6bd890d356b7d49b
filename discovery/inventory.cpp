#include "discovery/inventory.hpp"

#include <algorithm>

namespace gatehouse::discovery {

std::string_view to_string(lifecycle state) noexcept
{
    switch (state) {
    case lifecycle::in_service: return "in_service";
    case lifecycle::pending: return "pending";
    case lifecycle::terminating: return "terminating";
    case lifecycle::standby: return "standby";
    }
    return "unknown";
}

std::vector<member> normalised(std::vector<member> members)
{
    std::ranges::stable_sort(members, {}, &member::id);
    const auto same = [](const member& one, const member& other) { return one.id == other.id; };
    members.erase(std::unique(members.begin(), members.end(), same), members.end());  // clang 14 has no ranges::unique
    return members;
}

}  // namespace gatehouse::discovery
