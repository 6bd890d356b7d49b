#include "discovery/inventory_metrics.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gatehouse::discovery {
namespace {

constexpr std::array states{lifecycle::in_service, lifecycle::pending, lifecycle::terminating,
                            lifecycle::standby};

prometheus::MetricFamily gauge(std::string name, std::string help)
{
    return {std::move(name), std::move(help), prometheus::MetricType::Gauge, {}};
}

prometheus::ClientMetric sample(std::vector<prometheus::ClientMetric::Label> labels, double value)
{
    prometheus::ClientMetric one;
    one.label = std::move(labels);
    one.gauge.value = value;
    return one;
}

}  // namespace

void inventory_metrics::follow(const std::string& group, source kind)
{
    const std::lock_guard lock(mutex_);
    groups_.insert_or_assign(group, freshness{kind, false, now_()});
}

void inventory_metrics::forget(const std::string& group)
{
    const std::lock_guard lock(mutex_);
    groups_.erase(group);
}

void inventory_metrics::confirm(const std::string& group, clock::time_point as_of)
{
    const std::lock_guard lock(mutex_);
    if (const auto found = groups_.find(group); found != groups_.end()) {
        found->second.good = true;
        found->second.since = as_of;
    }
}

void inventory_metrics::failed(const std::string& group)
{
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    if (found == groups_.end() || !std::exchange(found->second.good, false)) return;
    if (found->second.kind == source::watched) found->second.since = now_();
}

void inventory_metrics::show(const inventory& current)
{
    const std::lock_guard lock(mutex_);
    shown_ = current;
}

std::vector<prometheus::MetricFamily> inventory_metrics::Collect() const
{
    const std::lock_guard lock(mutex_);
    auto instances = gauge("gatehouse_discovery_instances", "Members of a group, by lifecycle");
    for (const auto& [name, known] : shown_)
        for (const auto state : states)
            instances.metric.push_back(
                sample({{"group", name}, {"lifecycle", std::string(to_string(state))}},
                       static_cast<double>(std::ranges::count(known->members, state, &member::state))));
    auto age = gauge("gatehouse_discovery_age_seconds",
                     "Time since the source of a group last confirmed the members that are served");
    for (const auto& [name, fresh] : groups_) {
        const bool current = fresh.kind == source::watched && fresh.good;
        const std::chrono::duration<double> old = current ? clock::duration::zero() : now_() - fresh.since;
        age.metric.push_back(sample({{"group", name}}, std::max(0.0, old.count())));
    }
    return {std::move(instances), std::move(age)};
}

}  // namespace gatehouse::discovery
