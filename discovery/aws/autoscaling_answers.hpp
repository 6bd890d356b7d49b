#pragma once

#include "discovery/aws/answer.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// What Amazon EC2 Auto Scaling answers, API version 2011-01-01.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html
namespace gatehouse::discovery::aws {

// One instance of a group. Auto Scaling knows no addresses.
struct asg_instance {
    std::string id;               // "i-0123456789abcdef0"
    std::string zone;             // "eu-west-1a"
    std::string lifecycle_state;  // "InService", "Terminating:Wait", ...
    std::string health_status;    // "Healthy" or "Unhealthy"
};

struct auto_scaling_group {
    std::string name;  // up to 255 characters, blanks and slashes among them
    std::vector<asg_instance> instances;
    std::vector<std::string> zones;
    unsigned desired = 0;                          // instances that the group means to have
    std::vector<std::string> suspended_processes;  // "Terminate", "ReplaceUnhealthy", ...
    std::map<std::string, std::string> tags;
};

// The answer to DescribeAutoScalingGroups. A group that does not exist is left out of it, not an error.
result<page<auto_scaling_group>> describe_auto_scaling_groups(std::string_view xml);

// One group of it, the <member> as a document of its own.
result<auto_scaling_group> read_auto_scaling_group(std::string_view xml);

struct lifecycle_hook {
    std::string name;
    std::string transition;                     // "autoscaling:EC2_INSTANCE_TERMINATING" or "..._LAUNCHING"
    std::chrono::seconds heartbeat_timeout{0};  // how long an instance waits without a heartbeat
    std::string default_result;                 // "CONTINUE" or "ABANDON": what follows then
};

// The answer to DescribeLifecycleHooks, which has no pages.
result<std::vector<lifecycle_hook>> describe_lifecycle_hooks(std::string_view xml);

}  // namespace gatehouse::discovery::aws
