#pragma once

#include "discovery/aws/asg_poll.hpp"
#include "discovery/provider.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::discovery::aws {

// What one look at AWS brought, for whoever sets up groups, keys and rights.
struct discover_report {
    std::string region, credentials;  // where and with whose keys; empty: not found
    std::chrono::milliseconds took{0};
    unsigned calls = 0;

    struct group {
        std::string name;
        poll_result result;
        std::vector<std::string> missing;  // Auto Scaling Groups that are configured and do not exist
        asg_answer told;
    };
    std::vector<group> groups;

    struct hook_of {
        std::string auto_scaling_group;
        std::optional<std::chrono::milliseconds> heartbeat;  // empty: it has no terminate hook of that name
    };
    std::string hook;         // its configured name; may be empty
    std::vector<hook_of> hooks;
    std::vector<std::string> problems;  // one sentence each
};

struct discover_request {
    std::vector<std::pair<std::string, conf::asg_source>> groups;  // name and source
    std::string hook;                                              // lifecycle_hook; empty: none is looked for
};

// Looks once and publishes nothing. Finds out all it can: what fails is a problem of the report. Without region and
// credentials.
boost::asio::awaitable<discover_report> discover(ask_aws ask, discover_request what,
                                                 service::job_runner elsewhere = service::run_at_once);

}  // namespace gatehouse::discovery::aws
