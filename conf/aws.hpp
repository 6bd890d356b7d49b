#pragma once

#include "conf/units.hpp"

#include <string>

namespace gatehouse::conf {

// What the load balancer tells an Auto Scaling Group about its instances: SetInstanceHealth.
struct set_instance_health {
    bool enabled = false;
    unsigned max_share = 25;                     // percent of a group per interval, 1 .. 100; at least one instance
    duration interval = std::chrono::minutes(1);  // 1 s .. 1 h
    bool dry_run = false;                        // log what would be told, tell nothing
    bool operator==(const set_instance_health&) const = default;
};

// Where each service is asked; empty = derived from region and partition.
struct aws_endpoints {
    std::string autoscaling, ec2, monitoring, sts;  // http://HOST[:PORT] or https://HOST[:PORT]
    bool operator==(const aws_endpoints&) const = default;
};

// The `aws:` section: how groups that name an Auto Scaling Group learn who is in it.
struct aws {
    std::string region;  // empty = AWS_REGION, AWS_DEFAULT_REGION, then the instance's metadata
    aws_endpoints endpoints;
    bool fips = false, dual_stack = false;  // variants of the derived endpoints
    std::string imds_endpoint = "http://169.254.169.254";
    duration poll_interval = std::chrono::seconds(5);  // 100 ms .. 5 min
    conf::set_instance_health set_instance_health;
    std::string lifecycle_hook;     // of the terminate transition; empty = hooks are left alone
    std::string metrics_namespace;  // of PutMetricData; empty = nothing is put
    bool operator==(const aws&) const = default;
};

}  // namespace gatehouse::conf
