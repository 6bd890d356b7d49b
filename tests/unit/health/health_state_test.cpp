#include "lb/health/health_state.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;
using health = target::health;
using outcome = probe_report::outcome;

namespace {

const probe_report pass{outcome::passed, "HTTP 200"};
const probe_report mismatch{outcome::response_code_mismatch, "HTTP 503"};
const probe_report timeout{outcome::timeout, "connecting took longer than 5000 ms"};
const probe_report refused{outcome::failed, "Connection refused"};

}  // namespace

TEST_CASE("a new target is healthy after one pass", "[health][state]")
{
    health_state state({5, 3});
    CHECK(state.current() == health::initial);
    CHECK(state.reason() == "Elb.InitialHealthChecking");
    SECTION("its first")
    {
        CHECK(state.observe(pass));
    }
    SECTION("after failures too few to condemn it")
    {
        CHECK_FALSE(state.observe(refused));
        CHECK_FALSE(state.observe(refused));
        CHECK(state.current() == health::initial);
        CHECK(state.reason() == "Elb.InitialHealthChecking");
        CHECK(state.observe(pass));
    }
    CHECK(state.current() == health::healthy);
    CHECK(state.reason().empty());
    CHECK_FALSE(state.observe(pass));
}

TEST_CASE("a new target that keeps failing is unhealthy", "[health][state]")
{
    health_state state({2, 2});
    CHECK_FALSE(state.observe(refused));
    CHECK(state.observe(timeout));
    CHECK(state.current() == health::unhealthy);
    CHECK(state.reason() == "Target.Timeout: connecting took longer than 5000 ms");
    SECTION("and needs the whole streak to come back")
    {
        CHECK_FALSE(state.observe(pass));
        CHECK(state.observe(pass));
        CHECK(state.current() == health::healthy);
    }
}

TEST_CASE("only failures in a row make a healthy target unhealthy", "[health][state]")
{
    health_state state({2, 3});
    state.observe(pass);
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(state.observe(mismatch));
        CHECK_FALSE(state.observe(mismatch));
        CHECK_FALSE(state.observe(pass));
    }
    CHECK(state.reason().empty());
    CHECK_FALSE(state.observe(mismatch));
    CHECK_FALSE(state.observe(timeout));
    CHECK(state.observe(mismatch));
    CHECK(state.current() == health::unhealthy);
    CHECK(state.reason() == "Target.ResponseCodeMismatch: HTTP 503");
}

TEST_CASE("only passes in a row bring a target back", "[health][state]")
{
    health_state state({3, 1});
    CHECK(state.observe(refused));
    CHECK_FALSE(state.observe(pass));
    CHECK_FALSE(state.observe(pass));
    CHECK_FALSE(state.observe(refused));
    CHECK_FALSE(state.observe(pass));
    CHECK_FALSE(state.observe(pass));
    CHECK(state.observe(pass));
}

TEST_CASE("the reason of an unhealthy target is that of its last failure", "[health][state]")
{
    health_state state({2, 1});
    state.observe(refused);
    CHECK(state.reason() == "Target.FailedHealthChecks: Connection refused");
    CHECK_FALSE(state.observe(mismatch));
    CHECK(state.reason() == "Target.ResponseCodeMismatch: HTTP 503");
    CHECK_FALSE(state.observe(pass));
    CHECK(state.reason() == "Target.ResponseCodeMismatch: HTTP 503");
}

TEST_CASE("other limits keep health and streak", "[health][state]")
{
    health_state state({2, 5});
    state.observe(pass);
    state.observe(refused);
    state.observe(refused);
    state.limit({2, 3});
    CHECK(state.current() == health::healthy);
    CHECK(state.observe(refused));
}

TEST_CASE("a probe that was never sent neither passes nor fails", "[health][state]")
{
    health_state state({2, 2});
    const probe_report not_sent{outcome::not_sent, "Too many open files"};
    CHECK(state.observe(pass));
    CHECK_FALSE(state.observe(refused));
    for (int i = 0; i < 5; ++i) CHECK_FALSE(state.observe(not_sent));
    CHECK(state.current() == health::healthy);
    CHECK(state.observe(refused));  // the streak went on where it stood
}
