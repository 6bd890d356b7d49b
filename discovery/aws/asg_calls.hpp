#pragma once

#include "discovery/aws/paging.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

// The lists that a look at AWS asks for, as large a page at a time as AWS gives.
namespace gatehouse::discovery::aws {

constexpr std::size_t names_per_call = 100;     // DescribeAutoScalingGroups: MaxRecords' limit
constexpr std::size_t values_per_filter = 200;  // DescribeInstances: values of one filter
constexpr auto group_tag = "tag:aws:autoscaling:groupName";  // which Auto Scaling puts on its instances

paged_call groups_by_names(const std::vector<std::string>& names);  // at most names_per_call
paged_call groups_by_tags(const std::map<std::string, std::string>& tags);

// Instances for which `filter` has one of these values, at most values_per_filter.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
paged_call instances_by(const std::string& filter, const std::vector<std::string>& values);

// Those of these Auto Scaling Groups, at most values_per_filter, that EC2 is shutting down or has shut down.
paged_call ending_instances_of(const std::vector<std::string>& groups);

// Spot requests whose instances EC2 is about to take back.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-request-status.html
paged_call interrupted_spot_requests();

}  // namespace gatehouse::discovery::aws
