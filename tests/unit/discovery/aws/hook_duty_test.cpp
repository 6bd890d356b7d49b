#include "discovery/aws/hook_duty.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;
using namespace std::chrono_literals;
using action = hook_duty::action;
using cause = hook_duty::cause;

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

TEST_CASE("sessions come behind requests and hold an instance for as long as one may last", "[aws][hook]")
{
    const hook_duty duty({.delay = 60s, .heartbeat = 90s, .sessions = {{.settled = 5s, .longest = 10min}}}, 0);
    const hook_duty::facts used{.in_use = false, .alone = true, .sessions = true};
    CHECK(duty.held_for({.in_use = true, .alone = true, .sessions = true}, 6000) == cause::drain);
    CHECK(duty.held_for({.in_use = false, .alone = true}, 4999) == cause::drain);
    CHECK(duty.held_for(used, 5000) == cause::sessions);
    CHECK(duty.held_for({.in_use = true, .alone = true, .sessions = true}, 90'000) == cause::sessions);
    CHECK(duty.observe(used, 30'000) == action::heartbeat);
    CHECK(duty.held_for(used, 629'999) == cause::sessions);
    CHECK(duty.held_for(used, 630'000) == cause::nothing);
    CHECK(duty.observe({.in_use = false, .alone = true}, 5000) == action::complete);
}

TEST_CASE("one node of several says nothing of an instance that others may have sessions to", "[aws][hook]")
{
    const hook_duty duty({.delay = 60s, .heartbeat = 90s, .sessions = {{}}}, 0);
    CHECK(duty.held_for({.sessions = true}, 59'999) == cause::drain);
    CHECK(duty.observe({}, 59'999) == action::heartbeat);
    CHECK(duty.held_for({}, 60'000) == cause::others);
    CHECK(duty.observe({}, 60'000) == action::none);
    CHECK(duty.observe({.sessions = true}, 60'000) == action::heartbeat);
    CHECK(duty.held_for({.sessions = true}, 1'000'000'000) == cause::sessions);  // without an end
}
