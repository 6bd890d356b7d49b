#pragma once

#include "lb/metrics/stats.hpp"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb {

// Every series the load balancer exports (design names, prefix gatehouse_lb_). Hands out the per-worker
// counters of stats.hpp, which live as long as this; a scrape adds them up over the workers. Handing out
// happens on the control thread when a configuration is published, never per request; series of listeners and
// groups that are gone stay, as counters must.
class metrics : public prometheus::Collectable {
public:
    explicit metrics(unsigned workers);
    ~metrics() override;

    worker_stats& worker(unsigned index) noexcept;
    route_stats& route(unsigned worker, const std::string& listener, const std::string& target_group);
    group_stats& group(unsigned worker, const std::string& target_group);
    listener_stats& listener(unsigned worker, const std::string& name);

    // What is asked for at each scrape, from the scrape's thread.
    struct target_count {
        std::string target_group, zone, state;  // state: initial, healthy, unhealthy, draining
        double number = 0;
    };
    struct certificate_expiry {
        std::string listener, subject;
        double days = 0;  // left; exported in seconds
    };
    struct gauges {
        std::vector<target_count> targets;
        std::vector<certificate_expiry> certificates;
        std::uint64_t access_log_dropped = 0;
    };
    // Waits for a scrape that is asking; once it returned, the former source is not called any more. An empty
    // source withdraws it.
    void ask(std::function<gauges()> source);

    std::uint64_t connections(const std::string& listener) const;  // open now, of all workers
    std::uint64_t requests() const;  // of all routes, for /api/v1/status

    // What a target group has counted since the start, over all workers and listeners.
    static constexpr std::size_t response_buckets = duration_tally::bounds_us.size() + 1;
    struct group_totals {
        std::uint64_t requests = 0, lb_5xx = 0, target_5xx = 0;
        std::array<std::uint64_t, response_buckets> responses{};  // by duration_tally's bounds
    };
    std::map<std::string, group_totals> totals() const;

    std::vector<prometheus::MetricFamily> Collect() const override;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace gatehouse::lb
