#pragma once

#include "lb/metrics/metrics.hpp"
#include "lb/metrics/per_worker.hpp"
#include "lb/metrics/stats.hpp"

#include <prometheus/metric_family.h>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::lb {

// Everything a scrape reads. The maps change only under metrics' mutex, the counters in them at any time.
struct all_stats {
    explicit all_stats(unsigned workers) : worker(workers) {}

    per_worker<worker_stats> worker;
    per_name<std::pair<std::string, std::string>, route_stats> routes;  // listener, target group
    per_name<std::string, group_stats> groups;
    per_name<std::string, listener_stats> listeners;
};

// Appends the families as a scrape shows them, summed over the workers. A series exists from the moment its
// listener, group or reason can count, at 0, so that rate() and an alert see the first event. Only impossible
// pairs (a handshake that failed with a version, a desync reason in another's class) wait for one.
void append_families(const all_stats& stats, std::vector<prometheus::MetricFamily>& out);
void append_families(const metrics::gauges& gauges, std::vector<prometheus::MetricFamily>& out);

}  // namespace gatehouse::lb
