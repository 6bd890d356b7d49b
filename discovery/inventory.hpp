#pragma once

#include "discovery/shared_list.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::discovery {

// Where a server stands in its life, reduced from the provider's own states to what a door must know.
enum class lifecycle { in_service, pending, terminating, standby };
std::string_view to_string(lifecycle state) noexcept;  // "in_service", ...

// One server of a group.
struct member {
    std::string id;  // unique in its group
    boost::asio::ip::address address;
    std::string zone;                   // may be empty
    std::string name;                   // may be empty
    std::optional<std::uint16_t> port;  // overrides the target group's
    lifecycle state = lifecycle::in_service;
    // Of members that an Auto Scaling Group has; empty for others.
    std::string auto_scaling_group;
    std::string provider_state;  // Auto Scaling's own word for the state: "Terminating:Wait"
    std::optional<std::chrono::system_clock::time_point> launched;
    bool operator==(const member&) const = default;
};

// The members of one group as a provider last told them. Immutable once published.
struct group_snapshot {
    std::string group;
    shared_list<member> members;                    // ordered by id
    std::chrono::system_clock::time_point as_of{};  // when the source said so
};

// Every group, by name. Immutable once published; copies share the groups.
using inventory = std::map<std::string, std::shared_ptr<const group_snapshot>, std::less<>>;

// Sorts by id and drops members whose id occurred before; both a provider's duty before it publishes.
std::vector<member> normalised(std::vector<member> members);

}  // namespace gatehouse::discovery
