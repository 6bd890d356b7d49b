#pragma once

#include "conf/aws.hpp"
#include "discovery/aws/url.hpp"

#include <string_view>

namespace gatehouse::discovery::aws {

// What changes where a service is asked.
struct endpoint_settings {
    conf::aws_endpoints urls;  // win over everything below
    bool fips = false;         // the variant whose cryptography is validated
    bool dual_stack = false;   // the variant that has IPv6 addresses too
};

// Where a service of a region is asked: partitions aws, aws-cn and aws-us-gov. `service` is the name in the
// service's domain, which is also the one its requests are signed for: "autoscaling", "ec2", "monitoring"
// (CloudWatch) or "sts". Throws std::logic_error when a configured URL is none, which the configuration's
// parser refuses. Pure.
// https://docs.aws.amazon.com/general/latest/gr/rande.html
url endpoint(std::string_view service, std::string_view region, const endpoint_settings& settings);

}  // namespace gatehouse::discovery::aws
