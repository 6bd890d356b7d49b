#pragma once

#include "bastion/rulebook.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// What an operator asks: would this user get there? The user need not exist.
struct policy_question {
    std::string_view user;
    std::span<const std::string> groups;  // of people
    boost::asio::ip::address source;
    std::string_view to;
    std::uint16_t port = 22;
    std::chrono::sys_seconds at;
};

struct policy_report {
    bool allowed = false;
    std::optional<denial> reason;  // empty when allowed
    bool user_known = false;       // by name; others may have a certificate
    std::vector<std::string> groups;
    std::string rule;               // that allows it, or comes closest; may be empty
    std::optional<resident> target;  // empty when nobody, or no one in particular, is meant
    std::uint16_t port = 22;
    std::optional<std::chrono::sys_seconds> until;
    std::vector<access_policy::verdict> rules;
    std::vector<resident> candidates;  // of an ambiguous name: those that the user may reach
};

// For operators: unlike `ssh bastion why` it tells of targets and rules that are not the user's, too.
policy_report test_policy(const rulebook& rules, const policy_question& asked);

boost::json::value to_json(const policy_report& report);

}  // namespace gatehouse::bastion
