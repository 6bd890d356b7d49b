#include "discovery/aws/instance_credentials.hpp"

#include <boost/algorithm/string/predicate.hpp>

namespace gatehouse::discovery::aws {

boost::asio::awaitable<source_result> instance_credentials::fetch()
{
    if (boost::algorithm::iequals(variables_("AWS_EC2_METADATA_DISABLED"), "true")) co_return std::nullopt;
    co_return co_await metadata_.role_credentials();
}

}  // namespace gatehouse::discovery::aws
