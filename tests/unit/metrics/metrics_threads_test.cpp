#include "lb/metrics/metrics.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace gatehouse::lb;

TEST_CASE("workers count while routes are handed out and scraped", "[metrics][threads]")
{
    constexpr unsigned workers = 3;
    constexpr std::uint64_t each = 50'000;
    metrics all(workers);
    std::atomic<unsigned> running{workers};
    std::vector<std::thread> threads;
    for (unsigned worker = 0; worker < workers; ++worker)
        threads.emplace_back([&, worker, route = &all.route(worker, "https", "web"),
                              group = &all.group(worker, "web"), listener = &all.listener(worker, "https")] {
            for (std::uint64_t at = 0; at < each; ++at) {
                route->count(origin::target, 200);
                group->request_duration.observe(static_cast<std::int64_t>(at));
                listener->connections.add();
                all.worker(worker).sent_bytes.add(3);
                listener->connections.subtract();
            }
            --running;
        });
    std::thread control([&] {
        for (int round = 0; running.load() != 0; ++round) {
            all.route(0, "https", "group-" + std::to_string(round % 50));
            all.ask([round] {
                metrics::gauges now;
                now.access_log_dropped = static_cast<std::uint64_t>(round);
                return now;
            });
        }
    });
    while (running.load() != 0) CHECK_FALSE(all.Collect().empty());
    for (auto& thread : threads) thread.join();
    control.join();
    CHECK(all.requests() == workers * each);
    for (const auto& family : all.Collect()) {
        if (family.name == "gatehouse_lb_sent_bytes_total")
            CHECK(family.metric.at(0).counter.value == Approx(3.0 * workers * each));
        if (family.name == "gatehouse_lb_request_duration_seconds")
            CHECK(family.metric.at(0).histogram.sample_count == workers * each);
    }
}
