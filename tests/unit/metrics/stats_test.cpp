#include "lb/metrics/stats.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;

TEST_CASE("a tally goes up and down", "[metrics][stats]")
{
    tally one;
    one.add();
    one.add(10);
    one.subtract(2);
    one.subtract();
    CHECK(one.value() == 8);
}

TEST_CASE("a duration falls into the bucket whose bound it does not exceed", "[metrics][stats]")
{
    duration_tally durations;
    durations.observe(0);
    durations.observe(500);
    durations.observe(501);
    durations.observe(60'000'000);
    durations.observe(60'000'001);
    durations.observe(-1);
    CHECK(durations.bucket(0) == 2);
    CHECK(durations.bucket(1) == 1);
    CHECK(durations.bucket(14) == 1);
    CHECK(durations.bucket(15) == 1);
    CHECK(durations.sum_us() == 120'001'002);
}

TEST_CASE("a status counts in its class, and the client that left first in none", "[metrics][stats]")
{
    route_stats route;
    route.count(origin::target, 101);
    route.count(origin::target, 204);
    route.count(origin::lb, 503);
    route.count(origin::lb, 460);
    route.count(origin::lb, 0);
    route.count(origin::target, 999);
    CHECK(route.by_class[1][1].value() == 1);
    CHECK(route.by_class[1][2].value() == 1);
    CHECK(route.by_class[0][5].value() == 1);
    CHECK(route.by_class[0][0].value() == 2);
    CHECK(route.by_class[1][0].value() == 1);
}
