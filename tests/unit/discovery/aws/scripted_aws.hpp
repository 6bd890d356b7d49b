#pragma once

#include "discovery/aws/asg_poll.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::discovery::aws::stage {

// AWS as a test tells it: answers every call by what its form holds, and remembers the calls.
class scripted_aws {
public:
    struct call {
        std::string action, form;
        bool has(std::string_view text) const { return form.find(text) != std::string::npos; }
    };
    std::function<result<std::string>(const call&)> answer;
    std::vector<call> calls;

    ask_aws ask()
    {
        return [this](std::string, std::string action, form parameters) {
            calls.push_back({std::move(action), parameters.text()});
            return say(answer(calls.back()));
        };
    }

private:
    static boost::asio::awaitable<result<std::string>> say(result<std::string> what) { co_return what; }
};

// <DescribeAutoScalingGroupsResponse> with these <member>s.
inline std::string groups_xml(const std::string& members, const std::string& next = "")
{
    return "<DescribeAutoScalingGroupsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">"
           "<DescribeAutoScalingGroupsResult><AutoScalingGroups>" +
           members + "</AutoScalingGroups>" + (next.empty() ? "" : "<NextToken>" + next + "</NextToken>") +
           "</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>";
}

inline std::string group_xml(const std::string& name, const std::vector<std::string>& ids,
                             const std::string& state = "InService", const std::string& tags = "",
                             std::size_t desired = 0)
{
    std::string all = "<member><AutoScalingGroupName>" + name + "</AutoScalingGroupName><DesiredCapacity>" +
                      std::to_string(std::max(desired, ids.size())) + "</DesiredCapacity><Instances>";
    for (const auto& id : ids)
        all += "<member><InstanceId>" + id + "</InstanceId><AvailabilityZone>eu-west-2a</AvailabilityZone>"
               "<LifecycleState>" + state + "</LifecycleState><HealthStatus>Healthy</HealthStatus></member>";
    return all + "</Instances>" + tags + "</member>";
}

inline std::string instances_xml(const std::vector<std::string>& ids, const std::string& next = "",
                                 const std::string& lifecycle = "")
{
    std::string all = "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><reservationSet>";
    int number = 0;
    for (const auto& id : ids)
        all += "<item><instancesSet><item><instanceId>" + id + "</instanceId><instanceState><name>running</name>"
               "</instanceState><privateIpAddress>10.0.11." + std::to_string(++number) + "</privateIpAddress>"
               "<placement><availabilityZone>eu-west-2a</availabilityZone></placement>"
               "<launchTime>2026-01-02T03:04:05.000Z</launchTime><instanceLifecycle>" + lifecycle +
               "</instanceLifecycle></item></instancesSet></item>";
    all += "</reservationSet>";
    if (!next.empty()) all += "<nextToken>" + next + "</nextToken>";
    return all + "</DescribeInstancesResponse>";
}

}  // namespace gatehouse::discovery::aws::stage
