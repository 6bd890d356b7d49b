#pragma once

#include "bastion/console/console.hpp"
#include "tests/unit/bastion/house.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// A bastion with one house and the rules a test gives it, as alice of ops asks it at a Monday's noon from 203.0.113.9.
struct console_desk {
    using strings = std::vector<std::string>;

    console_desk();
    conf::access_rule& rule(std::string name, strings targets);
    conf::ssh_user& user(std::string name, strings groups);

    rulebook rules() const;
    console_answer ask(std::string_view command) const;
    std::string text(std::string_view command) const { return ask(command).text; }

    conf::bastion settings;
    discovery::inventory house;
    session_book sessions;
    std::string name = "alice";
    std::string source = "203.0.113.9";
    std::string ca;
    std::optional<std::chrono::sys_seconds> ends;
    bool may_forward = true;
    std::string last_denial;
    boost::asio::ip::tcp::endpoint reached{boost::asio::ip::make_address("198.51.100.1"), 2222};
    std::chrono::sys_seconds now = utc("2026-11-16 12:00:00");
    std::vector<permitted_target> permitted;
    bool draining = false;
};

}  // namespace gatehouse::bastion
