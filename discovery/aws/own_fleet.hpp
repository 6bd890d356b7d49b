#pragma once

#include "discovery/aws/answer.hpp"
#include "discovery/aws/asg_poll.hpp"
#include "discovery/aws/imds.hpp"

#include <boost/asio/awaitable.hpp>

namespace gatehouse::discovery::aws {

// Whether the node this runs on is the only instance of its own Auto Scaling Group, so that nobody else can have
// requests that it does not know of. A node of no group is not: others may stand beside it. `metadata` must live until
// the first suspension only.
boost::asio::awaitable<result<bool>> is_only_node(ask_aws ask, imds& metadata);

}  // namespace gatehouse::discovery::aws
