#include "discovery/aws/drain_hook.hpp"

#include "discovery/aws/autoscaling_answers.hpp"

#include <utility>

namespace gatehouse::discovery::aws {
namespace asio = boost::asio;

asio::awaitable<result<std::optional<std::chrono::milliseconds>>> find_drain_hook(ask_aws ask, std::string group,
                                                                                  std::string hook)
{
    form parameters("DescribeLifecycleHooks", "2011-01-01");
    parameters.add("AutoScalingGroupName", group);
    const auto body = co_await ask("autoscaling", "DescribeLifecycleHooks", std::move(parameters));
    if (body.has_error()) co_return body.error();
    const auto all = describe_lifecycle_hooks(*body);
    if (all.has_error()) co_return all.error();
    for (const auto& one : *all)
        if (one.name == hook && one.transition == "autoscaling:EC2_INSTANCE_TERMINATING") co_return one.heartbeat_timeout;
    co_return std::nullopt;
}

}  // namespace gatehouse::discovery::aws
