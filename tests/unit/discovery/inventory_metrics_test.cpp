#include "discovery/inventory_metrics.hpp"

#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery;
using namespace std::chrono_literals;
using source = inventory_metrics::source;

namespace {

struct scraped {
    std::chrono::system_clock::time_point now{1000s};
    inventory_metrics metrics{[this] { return now; }};

    double age(const std::string& group) const
    {
        const auto families = metrics.Collect();
        REQUIRE(families.at(1).name == "gatehouse_discovery_age_seconds");
        for (const auto& one : families[1].metric)
            if (one.label.at(0).value == group) return one.gauge.value;
        return -1;
    }
};

}  // namespace

TEST_CASE("the age of a polled group counts from what last confirmed it", "[discovery][metrics]")
{
    scraped at;
    at.metrics.follow("old", source::polled);
    at.now += 5s;
    CHECK(at.age("old") == 5);  // still waiting for a first answer
    at.metrics.confirm("old", at.now);
    CHECK(at.age("old") == 0);
    at.now += 30s;
    CHECK(at.age("old") == 30);
    at.metrics.failed("old");
    CHECK(at.age("old") == 30);
    at.metrics.confirm("old", at.now + 5s);  // a clock that was set back
    CHECK(at.age("old") == 0);
}

TEST_CASE("the age of a watched group counts from when its source went bad", "[discovery][metrics]")
{
    scraped at;
    at.metrics.follow("batch", source::watched);
    at.metrics.confirm("batch", at.now);
    at.now += 1h;
    CHECK(at.age("batch") == 0);
    at.metrics.failed("batch");
    at.now += 10s;
    at.metrics.failed("batch");
    CHECK(at.age("batch") == 10);
    at.metrics.confirm("batch", at.now);
    at.now += 1h;
    CHECK(at.age("batch") == 0);
}

TEST_CASE("a group that is forgotten is exported no more", "[discovery][metrics]")
{
    scraped at;
    at.metrics.follow("old", source::polled);
    at.metrics.forget("old");
    at.metrics.confirm("old", at.now);
    CHECK(at.age("old") == -1);
}

TEST_CASE("instances are counted by group and lifecycle, none being a zero", "[discovery][metrics]")
{
    scraped at;
    member serving, leaving;
    serving.id = "a";
    leaving.id = "b";
    leaving.state = lifecycle::terminating;
    inventory known;
    known["web"] = std::make_shared<const group_snapshot>(group_snapshot{"web", {serving, leaving}, at.now});
    at.metrics.show(known);
    const auto families = at.metrics.Collect();
    CHECK(families.at(0).name == "gatehouse_discovery_instances");
    std::map<std::string, double> counts;
    for (const auto& one : families[0].metric) {
        CHECK(one.label.at(0).value == "web");
        counts[one.label.at(1).value] = one.gauge.value;
    }
    CHECK(counts == std::map<std::string, double>{
                        {"in_service", 1}, {"pending", 0}, {"standby", 0}, {"terminating", 1}});
}
