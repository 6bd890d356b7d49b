#include "discovery/aws/own_fleet.hpp"

#include "discovery/aws/asg_calls.hpp"
#include "discovery/aws/autoscaling_answers.hpp"
#include "discovery/aws/ec2_answers.hpp"

#include <utility>
#include <vector>

namespace gatehouse::discovery::aws {
namespace asio = boost::asio;

asio::awaitable<result<bool>> is_only_node(ask_aws ask, imds& metadata)
{
    const auto self = co_await metadata.instance_id();
    if (self.has_error()) co_return self.error();
    unsigned calls = 0;
    auto by_id = instances_by("instance-id", {*self});
    const auto instances = co_await read_all<ec2_instance>(ask, service::run_at_once, std::move(by_id), describe_instances, calls);
    if (instances.has_error()) co_return instances.error();
    if (instances->empty() || instances->front().auto_scaling_group.empty()) co_return false;
    const auto& name = instances->front().auto_scaling_group;
    auto by_name = groups_by_names({name});
    const auto groups = co_await read_all<auto_scaling_group>(ask, service::run_at_once, std::move(by_name),
                                                                 describe_auto_scaling_groups, calls);
    if (groups.has_error()) co_return groups.error();
    // Any instance counts, whatever its state: one that leaves may still have requests.
    if (groups->empty()) co_return false;
    const auto& all = groups->front().instances;
    co_return all.size() == 1 && all.front().id == *self;
}

}  // namespace gatehouse::discovery::aws
