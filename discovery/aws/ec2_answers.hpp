#pragma once

#include "discovery/aws/answer.hpp"

#include <string>
#include <string_view>

// What Amazon EC2 answers, API version 2016-11-15.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
namespace gatehouse::discovery::aws {

struct ec2_instance {
    std::string id;            // "i-0123456789abcdef0"
    std::string zone;          // "eu-west-1a"
    std::string name;          // its Name tag; empty when it has none
    std::string state;         // "pending", "running", "shutting-down", "terminated", "stopping", "stopped"
    std::string private_ipv4;  // the primary one; empty once terminated, and in IPv6-only subnets
    std::string ipv6;          // of the first network interface; may be empty
    std::string launch_time;   // as parse_iso_time() reads it
    bool spot = false;
    std::string auto_scaling_group;  // by the tag that Auto Scaling puts on its instances; empty: of no group
    bool operator==(const ec2_instance&) const = default;
};

// A request for a spot instance.
struct spot_request {
    std::string instance;  // empty while it has none
    std::string status;    // "fulfilled", "marked-for-termination", ...
};

// The answer to DescribeInstances, its reservations laid end to end. Instances stay in it for an hour or so
// after they were terminated.
result<page<ec2_instance>> describe_instances(std::string_view xml);

// The answer to DescribeSpotInstanceRequests.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotInstanceRequests.html
result<page<spot_request>> describe_spot_requests(std::string_view xml);

}  // namespace gatehouse::discovery::aws
