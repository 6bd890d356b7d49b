#include "discovery/aws/region.hpp"

#include "conf/syntax.hpp"

#include <utility>

namespace gatehouse::discovery::aws {
namespace {

result<std::string> checked(std::string region, const std::string& origin)
{
    if (conf::is_region(region)) return region;
    return api_error(error_kind::invalid_request, 0, "", origin + ": '" + region + "' is no region");
}

}  // namespace

boost::asio::awaitable<result<std::string>> find_region(std::string configured, environment variables,
                                                        imds& metadata)
{
    if (!configured.empty()) co_return checked(std::move(configured), "aws.region");
    for (const char* const name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
        if (auto told = variables(name); !told.empty()) co_return checked(std::move(told), name);
    auto where = co_await metadata.region();
    if (where.has_error()) co_return where.error();
    co_return checked(*std::move(where), "instance metadata");
}

}  // namespace gatehouse::discovery::aws
