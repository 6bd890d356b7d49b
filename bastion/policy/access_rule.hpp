#pragma once

#include "bastion/policy/target_names.hpp"
#include "bastion/policy/weekly_window.hpp"
#include "conf/bastion.hpp"
#include "service/address_block.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// Who wants to jump: a user who has logged in, the groups of people that the user is in, and where the client is.
struct asker {
    std::string_view user;
    std::span<const std::string> groups;
    boost::asio::ip::address source;
};

// One entry of `rules:`, compiled. Immutable.
class access_rule {
public:
    // The first condition that does not hold. The order is that of asking, so the greater came closer.
    enum class mismatch : std::uint8_t { person, target, port, source, not_yet, expired, window, terminating, none };

    // Throws std::runtime_error that names the rule when its time zone is unknown.
    explicit access_rule(const conf::access_rule& from);

    bool is_for(const asker& who) const;
    bool reaches(std::string_view group) const;
    mismatch check(const asker& who, const resident& to, std::uint16_t port, std::chrono::sys_seconds when) const;

    // How long a yes of `when` holds: to the end of the window or to the rule's; empty = for good.
    std::optional<std::chrono::sys_seconds> holds_until(std::chrono::sys_seconds when) const;

    // "is for 203.0.113.0/24, not for 198.51.100.7". Holds names from the inventory: whoever prints it escapes it.
    std::string describe(mismatch why, const asker& who, const resident& to, std::uint16_t port,
                         std::chrono::sys_seconds when) const;

    const std::string& name() const noexcept { return settings_.name; }
    const std::vector<std::string>& targets() const noexcept { return settings_.targets; }

private:
    bool allows_source(const boost::asio::ip::address& source) const;
    std::string people() const;
    std::string window_closed(std::chrono::sys_seconds when) const;

    conf::access_rule settings_;
    std::vector<service::address_block> sources_;
    std::optional<weekly_window> window_;
};

}  // namespace gatehouse::bastion
