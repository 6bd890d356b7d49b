#include "lb/target/drain_clock.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace std::chrono_literals;
using discovery::lifecycle;
using drain = lb::target::drain;
using facts = lb::drain_clock::facts;
using verdict = lb::drain_clock::verdict;

namespace Catch {
template <> struct StringMaker<verdict> {
    static std::string convert(const verdict& v)
    {
        return std::to_string(static_cast<int>(v.drain)) + " deadline " +
               (v.deadline ? std::to_string(*v.deadline) : "-") + (v.drained ? " drained" : "");
    }
};
}  // namespace Catch

namespace {

constexpr verdict active{};

verdict draining(std::int64_t deadline)
{
    return {drain::draining, deadline, false};
}
verdict expired(std::int64_t deadline)
{
    return {drain::expired, deadline, false};
}
verdict drained(drain how, std::int64_t deadline)
{
    return {how, deadline, true};
}

}  // namespace

TEST_CASE("a member in service is active", "[drain_clock]")
{
    lb::drain_clock clock;
    CHECK(clock.observe({}, 1'000, 300s) == active);
    CHECK(clock.observe({.in_flight = 7}, 2'000, 300s) == active);
    CHECK(clock.observe({.state = lifecycle::pending}, 3'000, 300s) == active);
}

TEST_CASE("a removed target is forgotten when its last request ends", "[drain_clock]")
{
    lb::drain_clock clock;
    CHECK(clock.observe({.in_flight = 2}, 1'000, 300s) == active);
    CHECK(clock.observe({.member = false, .in_flight = 2}, 2'000, 300s) == draining(302'000));
    CHECK(clock.observe({.member = false, .in_flight = 1}, 9'000, 300s) == draining(302'000));
    CHECK(clock.observe({.member = false, .in_flight = 0}, 9'500, 300s) == drained(drain::draining, 302'000));
}

TEST_CASE("a removed idle target is forgotten at once", "[drain_clock]")
{
    lb::drain_clock clock;
    CHECK(clock.observe({.member = false}, 2'000, 300s) == drained(drain::draining, 302'000));
}

TEST_CASE("requests that outlast the delay are over", "[drain_clock]")
{
    lb::drain_clock clock;
    const facts seen{.member = false, .in_flight = 1};
    CHECK(clock.observe(seen, 1'000, 60s) == draining(61'000));
    CHECK(clock.observe(seen, 60'999, 60s) == draining(61'000));
    CHECK(clock.observe(seen, 61'000, 60s) == expired(61'000));
    CHECK(clock.observe({.member = false}, 61'100, 60s) == drained(drain::expired, 61'000));
}

TEST_CASE("a member that leaves service counts down to the end of the delay, idle or not", "[drain_clock]")
{
    const auto seen = GENERATE(facts{.state = lifecycle::terminating}, facts{.state = lifecycle::standby},
                               facts{.operator_drained = true});
    lb::drain_clock clock;
    CHECK(clock.observe(seen, 1'000, 60s) == draining(61'000));
    CHECK(clock.observe(seen, 60'999, 60s) == draining(61'000));
    CHECK(clock.observe(seen, 61'000, 60s) == drained(drain::expired, 61'000));
}

TEST_CASE("undrain makes a target active, and the next drain counts anew", "[drain_clock]")
{
    lb::drain_clock clock;
    const facts wished{.operator_drained = true, .in_flight = 1};
    CHECK(clock.observe(wished, 1'000, 60s) == draining(61'000));
    CHECK(clock.observe(wished, 70'000, 60s) == expired(61'000));
    CHECK(clock.observe({.in_flight = 1}, 71'000, 60s) == active);
    CHECK(clock.observe(wished, 80'000, 60s) == draining(140'000));
}

TEST_CASE("undrain has no effect on a target that is going anyway", "[drain_clock]")
{
    lb::drain_clock clock;
    CHECK(clock.observe({.operator_drained = true, .in_flight = 1}, 1'000, 60s) == draining(61'000));
    CHECK(clock.observe({.state = lifecycle::terminating, .operator_drained = true, .in_flight = 1}, 31'000,
                        60s) == draining(61'000));
    CHECK(clock.observe({.state = lifecycle::terminating, .in_flight = 1}, 41'000, 60s) == draining(61'000));
    CHECK(clock.observe({.member = false, .in_flight = 1}, 51'000, 60s) == draining(61'000));
}

TEST_CASE("a target that comes back to service is active again", "[drain_clock]")
{
    lb::drain_clock clock;
    CHECK(clock.observe({.state = lifecycle::standby}, 1'000, 60s) == draining(61'000));
    CHECK(clock.observe({}, 2'000, 60s) == active);
    CHECK(clock.observe({.member = false, .in_flight = 1}, 3'000, 60s) == draining(63'000));
    CHECK(clock.observe({.in_flight = 1}, 4'000, 60s) == active);
}

TEST_CASE("a reload moves the deadline of a drain in progress", "[drain_clock]")
{
    lb::drain_clock clock;
    const facts seen{.member = false, .in_flight = 1};
    CHECK(clock.observe(seen, 1'000, 300s) == draining(301'000));
    CHECK(clock.observe(seen, 11'000, 20s) == draining(21'000));
    CHECK(clock.observe(seen, 12'000, 10s) == expired(11'000));
    CHECK(clock.observe(seen, 13'000, 60s) == draining(61'000));
}

TEST_CASE("without a delay running requests are over at once", "[drain_clock]")
{
    lb::drain_clock clock;
    CHECK(clock.observe({.operator_drained = true, .in_flight = 1}, 1'000, 0s) == expired(1'000));
    CHECK(clock.observe({.operator_drained = true}, 1'001, 0s) == drained(drain::expired, 1'000));
}
