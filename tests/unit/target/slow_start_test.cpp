#include "tests/unit/target/group.hpp"

#include <catch2/catch.hpp>

#include <deque>

using namespace gatehouse;
using namespace gatehouse::lb::testing;
constexpr auto least_outstanding = conf::algorithm::least_outstanding_requests;

namespace {

constexpr std::int64_t start = 1'000'000, length = 10'000;  // ms

// Four members, d ramping up from `start`.
group ramping(conf::algorithm how)
{
    group web(4, how);
    web.set.settings.slow_start = conf::duration(length);
    web['d'].start_ramp(start);
    return web;
}

// Of `count` requests at a moment of the ramp, d's share in percent.
double share_of_d(group& web, std::int64_t after, int count = 40'000)
{
    return 100.0 * web.share(count, {.now_ms = start + after})["d"] / count;
}

double expected(double weight)
{
    return 100.0 * weight / (3 + weight);
}

}  // namespace

TEST_CASE("slow start grows a target's share from a tenth along a line", "[slow_start]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        auto web = ramping(how);
        CHECK(share_of_d(web, 0) == Approx(expected(0.1)).margin(0.4));
        CHECK(share_of_d(web, length / 4) == Approx(expected(0.325)).margin(0.5));
        CHECK(share_of_d(web, length / 2) == Approx(expected(0.55)).margin(0.6));
        CHECK(share_of_d(web, length - 1) == Approx(25).margin(0.6));
        CHECK(share_of_d(web, length) == 25);
        CHECK(share_of_d(web, length * 100) == 25);
    }
}

TEST_CASE("the others share evenly what a ramping target leaves", "[slow_start]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        auto web = ramping(how);
        const auto shares = web.share(40'000, {.now_ms = start});
        const double each = 40'000 / 3.1;
        for (const auto* id : {"a", "b", "c"}) CHECK(shares.at(id) == Approx(each).margin(150));
    }
}

TEST_CASE("slow start is off when the group does not ask for it or no ramp was begun", "[slow_start]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        auto web = ramping(how);
        web.set.settings.slow_start = {};
        CHECK(share_of_d(web, 0, 400) == 25);
        web.set.settings.slow_start = conf::duration(length);
        web['d'].start_ramp(0);
        CHECK(share_of_d(web, 0, 400) == 25);
    }
}

TEST_CASE("a ramp that begins in this worker's future is at its beginning", "[slow_start]")
{
    auto web = ramping(conf::algorithm::round_robin);
    CHECK(share_of_d(web, -500) == Approx(expected(0.1)).margin(0.4));
}

TEST_CASE("a group in which all ramp shares by weight and serves every request", "[slow_start]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        group web(2, how);
        web.set.settings.slow_start = conf::duration(length);
        web['a'].start_ramp(start);
        web['b'].start_ramp(start - length / 2);  // weight 0.55 beside 0.1
        const auto shares = web.share(40'000, {.now_ms = start});
        CHECK(shares.at("a") + shares.at("b") == 40'000);
        CHECK(100.0 * shares.at("a") / 40'000 == Approx(100 * 0.1 / 0.65).margin(0.7));
    }
}

TEST_CASE("a ramping target alone serves every request", "[slow_start]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        auto web = ramping(how);
        for (const char id : {'a', 'b', 'c'}) web.fail(id);
        CHECK(share_of_d(web, 0, 400) == 100);
    }
}

TEST_CASE("a sticky client stays with a ramping target", "[slow_start]")
{
    auto web = ramping(conf::algorithm::round_robin);
    const lb::balancer::request asked{.now_ms = start, .sticky = lb::sticky_hash("web", "d")};
    CHECK(web.share(50, asked) == shares{{"d", 50}});
}

namespace {

// Each request lasts until `parallel` others have come: the load of a closed group of clients.
double share_under_load(group& web, std::size_t parallel, std::int64_t after)
{
    constexpr int count = 40'000;
    std::deque<lb::target*> running;
    int of_d = 0;
    for (int i = 0; i < count; ++i) {
        auto& chosen = *web.chooser.choose(web.set, {.now_ms = start + after})->which;
        chosen.lease();
        running.push_back(&chosen);
        of_d += chosen.id() == "d" ? 1 : 0;
        if (running.size() <= parallel) continue;
        running.front()->release();
        running.pop_front();
    }
    for (auto* each : running) each->release();
    return 100.0 * of_d / count;
}

}  // namespace

TEST_CASE("slow start scales the share under load too", "[slow_start]")
{
    auto web = ramping(least_outstanding);
    for (const std::size_t parallel : {4U, 40U, 400U}) {
        CHECK(share_under_load(web, parallel, 0) == Approx(expected(0.1)).margin(1));
        CHECK(share_under_load(web, parallel, length / 2) == Approx(expected(0.55)).margin(2.5));
    }
}

TEST_CASE("a ramping target that falls behind gets no more", "[slow_start]")
{
    auto web = ramping(least_outstanding);
    web['d'].lease();
    web['d'].lease();  // the others are idle: two are more than one above its weight
    CHECK(share_of_d(web, 0, 1'000) == 0);
}
