#pragma once

#include "discovery/aws/environment.hpp"
#include "discovery/aws/imds.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace gatehouse::discovery::aws {

// The region to ask: `configured`, else AWS_REGION, else AWS_DEFAULT_REGION, else where the instance is. What
// has not the form of a region is an error wherever it comes from, as hosts are named after it. `metadata` is
// asked last, and must live until it is.
boost::asio::awaitable<result<std::string>> find_region(std::string configured, environment variables,
                                                        imds& metadata);

}  // namespace gatehouse::discovery::aws
