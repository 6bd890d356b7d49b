#pragma once

#include "discovery/inventory.hpp"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace gatehouse::discovery {

// gatehouse_discovery_instances{group,lifecycle} and gatehouse_discovery_age_seconds{group}, worked out when
// they are scraped: an age that is updated by polls would stand still when polling does.
// The age of a group that is polled counts from the last answer that confirmed it, that of a watched one from
// the moment its source went bad; it is 0 while a watched source is good. Any thread.
class inventory_metrics final : public prometheus::Collectable {
public:
    using clock = std::chrono::system_clock;
    enum class source { watched, polled };

    explicit inventory_metrics(std::function<clock::time_point()> now) : now_(std::move(now)) {}

    void follow(const std::string& group, source kind);  // its age counts from now, until it is confirmed
    void forget(const std::string& group);
    void confirm(const std::string& group, clock::time_point as_of);
    void failed(const std::string& group);
    void show(const inventory& current);

    std::vector<prometheus::MetricFamily> Collect() const override;

private:
    struct freshness {
        source kind;
        bool good;  // the last look succeeded
        clock::time_point since;
    };

    std::function<clock::time_point()> now_;
    mutable std::mutex mutex_;
    std::map<std::string, freshness> groups_;
    inventory shown_;
};

}  // namespace gatehouse::discovery
