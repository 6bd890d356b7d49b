#include "discovery/aws/asg_calls.hpp"

namespace gatehouse::discovery::aws {
namespace {

paged_call describe_groups() { return {"autoscaling", "DescribeAutoScalingGroups", "2011-01-01", {{"MaxRecords", "100"}}}; }

paged_call filtered(const std::string& action, const std::string& filter, const std::vector<std::string>& values)
{
    paged_call call{"ec2", action, "2016-11-15", {{"MaxResults", "1000"}, {"Filter.1.Name", filter}}};
    for (std::size_t i = 0; i < values.size(); ++i)
        call.parameters.emplace_back("Filter.1.Value." + std::to_string(i + 1), values[i]);
    return call;
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
    return filtered("DescribeInstances", filter, values);
}

paged_call interrupted_spot_requests()
{
    // Who is taken back for its price is marked first; for want of capacity the request ends at once, and the instance
    // runs for two minutes more.
    return filtered("DescribeSpotInstanceRequests", "status-code",
                    {"marked-for-termination", "marked-for-stop", "instance-terminated-by-price",
                     "instance-terminated-no-capacity", "instance-terminated-capacity-oversubscribed"});
}

}  // namespace gatehouse::discovery::aws
