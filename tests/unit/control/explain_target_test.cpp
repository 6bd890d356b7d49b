#include "lb/control/explain_target.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using lb::judge;
using lb::target;
using lb::tier;

namespace {

// One target of the group web, in the best of health.
struct one_target {
    one_target()
    {
        settings.name = settings.members = "web";
        which.set_health(target::health::healthy, "HTTP 200");
    }
    lb::target_verdict judged() const
    {
        const lb::target_registry::group_rows group{&settings, fail_open, serving, {}};
        return judge(group, {&which, "healthy", seconds_left, where});
    }
    bool says(std::string_view text) const
    {
        for (const auto& step : judged().steps)
            if (step.find(text) != step.npos) return true;
        return false;
    }

    conf::target_group settings;
    target which{"web", "i-1", {boost::asio::ip::make_address("10.0.0.1"), 80}, 0};
    bool fail_open = false;
    tier serving = tier::near, where = tier::near;
    std::optional<std::int64_t> seconds_left;
};

}  // namespace

TEST_CASE_METHOD(one_target, "a healthy target gets requests", "[control][explain]")
{
    CHECK(judged().used);
    CHECK(judged().steps == std::vector<std::string>{"it passes its health checks"});
}

TEST_CASE_METHOD(one_target, "what Auto Scaling lets go gets no requests, and why is said in its words",
                 "[control][explain]")
{
    which.about.state = discovery::lifecycle::terminating;
    which.about.provider_state = "Terminating:Wait";
    seconds_left = 12;
    which.lease();
    CHECK_FALSE(judged().used);
    CHECK(says("it is terminating (Terminating:Wait): no new requests"));
    CHECK(says("1 requests run on it, 12 s are left"));
    which.release();
}

TEST_CASE_METHOD(one_target, "an unhealthy target gets requests only when its group fails open", "[control][explain]")
{
    which.set_health(target::health::unhealthy, "Target.Timeout");
    CHECK_FALSE(judged().used);
    CHECK(says("it fails its health checks (Target.Timeout): no new requests"));
    fail_open = true;
    CHECK(judged().used);
    CHECK(says("too few targets are, so all get requests"));
    which.set_health(target::health::initial, "Elb.InitialHealthChecking");
    fail_open = false;
    CHECK_FALSE(judged().used);
    CHECK(says("has not passed a health check yet"));
}

TEST_CASE_METHOD(one_target, "a target in a zone that is away gets requests only when no other can", "[control][explain]")
{
    where = tier::away;
    CHECK_FALSE(judged().used);
    CHECK(says("its zone is shifted away, and nearer targets are healthy: no new requests"));
    serving = tier::away;
    CHECK(judged().used);
    CHECK(says("no nearer target is healthy"));
    where = tier::other;
    serving = tier::near;
    CHECK_FALSE(judged().used);
    CHECK(says("cross_zone is off"));
}

TEST_CASE_METHOD(one_target, "the operator's drain and a lost membership are told", "[control][explain]")
{
    which.about.operator_drained = true;
    which.about.member = false;
    CHECK_FALSE(judged().used);
    CHECK(says("the operator drains it: no new requests"));
    CHECK(says("it left group web: no new requests"));
}
