#include "lb/metrics/metrics.hpp"

#include "lb/metrics/families.hpp"

#include <mutex>
#include <utility>

namespace gatehouse::lb {

struct metrics::state {
    explicit state(unsigned number) : workers(number), stats(number) {}

    const unsigned workers;
    mutable std::mutex mutex;  // for the maps in `stats`, when handing out and when scraping
    all_stats stats;

    // Held while the source is asked, so that once ask() returned, the old source is not in use any more.
    mutable std::mutex asking;
    std::function<gauges()> source;
};

metrics::metrics(unsigned workers) : state_(std::make_unique<state>(workers)) {}

metrics::~metrics() = default;

worker_stats& metrics::worker(unsigned index) noexcept { return state_->stats.worker[index]; }

route_stats& metrics::route(unsigned worker, const std::string& listener, const std::string& target_group)
{
    const std::lock_guard hold(state_->mutex);
    return state_->stats.routes.try_emplace({listener, target_group}, state_->workers).first->second[worker];
}

group_stats& metrics::group(unsigned worker, const std::string& target_group)
{
    const std::lock_guard hold(state_->mutex);
    return state_->stats.groups.try_emplace(target_group, state_->workers).first->second[worker];
}

listener_stats& metrics::listener(unsigned worker, const std::string& name)
{
    const std::lock_guard hold(state_->mutex);
    return state_->stats.listeners.try_emplace(name, state_->workers).first->second[worker];
}

void metrics::ask(std::function<gauges()> source)
{
    const std::lock_guard hold(state_->asking);
    state_->source = std::move(source);
}

std::uint64_t metrics::connections(const std::string& listener) const
{
    const std::lock_guard hold(state_->mutex);
    const auto found = state_->stats.listeners.find(listener);
    if (found == state_->stats.listeners.end()) return 0;
    return found->second.sum([](const listener_stats& one) { return one.connections.value(); });
}

std::uint64_t metrics::requests() const
{
    const std::lock_guard hold(state_->mutex);
    std::uint64_t total = 0;
    for (const auto& [name, route] : state_->stats.routes)
        total += route.sum([](const route_stats& one) {
            std::uint64_t sum = 0;
            for (const auto& by_origin : one.by_class)
                for (const auto& counted : by_origin) sum += counted.value();
            return sum;
        });
    return total;
}

std::map<std::string, metrics::group_totals> metrics::totals() const
{
    const std::lock_guard hold(state_->mutex);
    std::map<std::string, group_totals> all;
    for (const auto& [name, route] : state_->stats.routes) {
        auto& group = all[name.second];
        const auto of = [&](origin from, std::size_t by_class) {
            return route.sum([&](const route_stats& one) {
                return one.by_class[static_cast<std::size_t>(from)][by_class].value();
            });
        };
        for (std::size_t by_class = 0; by_class < 6; ++by_class)
            group.requests += of(origin::lb, by_class) + of(origin::target, by_class);
        group.lb_5xx += of(origin::lb, 5);
        group.target_5xx += of(origin::target, 5);
    }
    for (const auto& [name, group] : state_->stats.groups)
        for (std::size_t i = 0; i < response_buckets; ++i)
            all[name].responses[i] =
                group.sum([&](const group_stats& one) { return one.target_response.bucket(i); });
    return all;
}

std::vector<prometheus::MetricFamily> metrics::Collect() const
{
    std::vector<prometheus::MetricFamily> families;
    {
        const std::lock_guard hold(state_->mutex);
        append_families(state_->stats, families);
    }
    const std::lock_guard hold(state_->asking);
    append_families(state_->source ? state_->source() : gauges{}, families);
    return families;
}

}  // namespace gatehouse::lb
