#pragma once

#include "discovery/aws/form.hpp"
#include "lb/metrics/metrics.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace gatehouse::lb {

// What CloudWatch is told of each target group, under ALB's names and with its dimension TargetGroup:
// RequestCountPerTarget, HealthyHostCount, UnHealthyHostCount, TargetResponseTime, HTTPCode_Target_5XX_Count and
// HTTPCode_ELB_5XX_Count. Counts are those since the report before; the first report only sets the mark. Every node
// reports its own share: the statistic Sum adds the counts up. No clock, no I/O.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
class cloudwatch_metrics {
public:
    struct hosts {
        std::uint64_t healthy = 0, unhealthy = 0;
    };

    // Calls of PutMetricData, none while nothing is known. `now` in unix seconds.
    std::vector<discovery::aws::form> report(const std::string& name_space,
                                             const std::map<std::string, metrics::group_totals>& totals,
                                             const std::map<std::string, hosts>& targets, std::int64_t now);

private:
    std::map<std::string, metrics::group_totals> before_;
};

}  // namespace gatehouse::lb
