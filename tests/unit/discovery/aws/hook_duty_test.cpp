#include "discovery/aws/hook_duty.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;
using namespace std::chrono_literals;
using action = hook_duty::action;

namespace {

constexpr hook_duty::settings a_minute{.delay = 60s, .heartbeat = 90s};

}  // namespace

TEST_CASE("the only node lets an instance go once its last request has ended", "[aws][hook]")
{
    hook_duty duty(a_minute, 1000);
    CHECK(duty.observe({.in_use = false, .alone = true}, 2999) == action::none);  // a worker may not know it yet
    CHECK(duty.observe({.in_use = true, .alone = true}, 3000) == action::none);
    CHECK(duty.observe({.in_use = false, .alone = true}, 4000) == action::complete);
}

TEST_CASE("one node of several holds an instance for the whole delay", "[aws][hook]")
{
    hook_duty duty(a_minute, 0);
    CHECK(duty.observe({}, 29'999) == action::none);
    CHECK(duty.observe({}, 60'000) == action::complete);
}

TEST_CASE("a heartbeat goes out thrice per timeout while the instance is held", "[aws][hook]")
{
    hook_duty duty({.delay = 300s, .heartbeat = 90s}, 0);
    CHECK(duty.observe({.in_use = true}, 29'999) == action::none);
    CHECK(duty.observe({.in_use = true}, 30'000) == action::heartbeat);
    CHECK(duty.observe({.in_use = true}, 31'000) == action::heartbeat);  // it was not heard
    duty.done(action::heartbeat, 31'000);
    CHECK(duty.observe({.in_use = true}, 60'999) == action::none);
    CHECK(duty.observe({.in_use = true}, 61'000) == action::heartbeat);
}

TEST_CASE("what never ends is let go after the delay and a grace", "[aws][hook]")
{
    hook_duty duty({.delay = 60s, .heartbeat = 600s}, 0);
    CHECK(duty.observe({.in_use = true, .alone = true}, 89'999) == action::none);
    CHECK(duty.observe({.in_use = true, .alone = true}, 90'000) == action::complete);
}

TEST_CASE("completion is told again until it was heard, and once only", "[aws][hook]")
{
    hook_duty duty(a_minute, 0);
    const hook_duty::facts free{.in_use = false, .alone = true};
    CHECK(duty.observe(free, 2000) == action::complete);
    CHECK(duty.observe(free, 3000) == action::complete);
    duty.done(action::complete, 3000);
    CHECK(duty.completed());
    CHECK(duty.observe(free, 4000) == action::none);
    CHECK(duty.observe({.in_use = true}, 200'000) == action::none);
}
