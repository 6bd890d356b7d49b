#pragma once

#include "discovery/inventory.hpp"
#include "discovery/shared_list.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::discovery::aws {

// One instance as Auto Scaling and EC2 describe it together.
struct instance_facts {
    std::string id, zone;
    std::string auto_scaling_group;
    std::string state;   // Auto Scaling's word: "InService", "Terminating:Wait", ...
    std::string health;  // "Healthy" or "Unhealthy", as Auto Scaling believes
    struct on_ec2 {
        std::string state;  // "running", "shutting-down", ...
        std::optional<boost::asio::ip::address> address;  // private IPv4, else IPv6
        std::string name;                                 // the Name tag
        std::optional<std::chrono::system_clock::time_point> launched;
        bool spot = false;
        std::string spot_notice;  // "marked-for-termination": EC2 is about to take it back; empty: it is not
        bool operator==(const on_ec2&) const = default;
    };
    std::optional<on_ec2> ec2;  // empty when DescribeInstances did not tell
    bool operator==(const instance_facts&) const = default;
};

// What one poll said of the Auto Scaling Groups that one configured group follows, paged to the end.
struct asg_answer {
    std::vector<std::string> found;         // names of the groups that exist
    std::vector<std::string> hollow;        // those among them that want instances and list none
    bool wants_none = false;                // they all exist, and none wants an instance (desired capacity 0)
    bool ec2_complete = true;               // DescribeInstances answered for every instance
    bool interruptions_known = true;        // spot_notice is as EC2 has it; false when it was not asked or failed
    shared_list<instance_facts> instances;
    bool operator==(const asg_answer&) const = default;
};

// EC2 is shutting it down, or has.
bool is_ending(const instance_facts::on_ec2& seen) noexcept;

// How a door sees an instance. Anything but a healthy one in service gets no request: Auto Scaling replaces what it
// believes unhealthy, and what EC2 is shutting down or about to take back is gone whatever Auto Scaling says.
lifecycle lifecycle_of(const instance_facts& seen) noexcept;

}  // namespace gatehouse::discovery::aws
