#include "discovery/aws/asg_calls.hpp"

namespace gatehouse::discovery::aws {
namespace {

paged_call describe_groups() { return {"autoscaling", "DescribeAutoScalingGroups", "2011-01-01", {{"MaxRecords", "100"}}}; }

paged_call describe(const std::string& what) { return {"ec2", what, "2016-11-15", {{"MaxResults", "1000"}}}; }

void add_filter(paged_call& to, unsigned number, const std::string& name, const std::vector<std::string>& values)
{
    const auto filter = "Filter." + std::to_string(number);
    to.parameters.emplace_back(filter + ".Name", name);
    for (std::size_t i = 0; i < values.size(); ++i)
        to.parameters.emplace_back(filter + ".Value." + std::to_string(i + 1), values[i]);
}

}  // namespace

paged_call groups_by_names(const std::vector<std::string>& names)
{
    auto call = describe_groups();
    for (std::size_t i = 0; i < names.size(); ++i)
        call.parameters.emplace_back("AutoScalingGroupNames.member." + std::to_string(i + 1), names[i]);
    return call;
}

paged_call groups_by_tags(const std::map<std::string, std::string>& tags)
{
    auto call = describe_groups();
    std::size_t number = 0;
    for (const auto& [key, value] : tags) {
        const auto filter = "Filters.member." + std::to_string(++number);
        call.parameters.emplace_back(filter + ".Name", "tag:" + key);
        call.parameters.emplace_back(filter + ".Values.member.1", value);
    }
    return call;
}

paged_call instances_by(const std::string& filter, const std::vector<std::string>& values)
{
    auto call = describe("DescribeInstances");
    add_filter(call, 1, filter, values);
    return call;
}

paged_call ending_instances_of(const std::vector<std::string>& groups)
{
    auto call = instances_by(group_tag, groups);
    add_filter(call, 2, "instance-state-name", {"shutting-down", "terminated", "stopping", "stopped"});
    return call;
}

paged_call interrupted_spot_requests()
{
    // Who is taken back for its price is marked first; for want of capacity the request ends at once, and the instance
    // runs for two minutes more.
    auto call = describe("DescribeSpotInstanceRequests");
    add_filter(call, 1, "status-code",
               {"marked-for-termination", "marked-for-stop", "instance-terminated-by-price",
                "instance-terminated-no-capacity", "instance-terminated-capacity-oversubscribed"});
    return call;
}

}  // namespace gatehouse::discovery::aws
