#pragma once

#include "discovery/aws/answer.hpp"
#include "discovery/aws/asg_poll.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace gatehouse::discovery::aws {

// The heartbeat timeout of a group's terminate hook of this name; empty when the group has none.
boost::asio::awaitable<result<std::optional<std::chrono::milliseconds>>> find_drain_hook(ask_aws ask, std::string group,
                                                                                         std::string hook);

}  // namespace gatehouse::discovery::aws
