#include "lb/control/terminate_hooks.hpp"

#include "tests/unit/discovery/aws/scripted_aws.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gatehouse;
using namespace std::chrono_literals;
using discovery::aws::stage::scripted_aws;
using lb::target;
using lb::target_registry;

namespace {

std::string hooks_xml(const std::string& name)
{
    return "<DescribeLifecycleHooksResponse><DescribeLifecycleHooksResult><LifecycleHooks><member><LifecycleHookName>" +
           name + "</LifecycleHookName><LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition>"
           "<HeartbeatTimeout>90</HeartbeatTimeout></member></LifecycleHooks></DescribeLifecycleHooksResult>"
           "</DescribeLifecycleHooksResponse>";
}

// An instance i-1 of web-asg that waits to terminate, in a target group with a delay of 60 s.
struct waiting_instance {
    waiting_instance()
    {
        at.answer = [this](const scripted_aws::call& call) -> discovery::aws::result<std::string> {
            if (call.action == "DescribeLifecycleHooks") return hooks_xml(hook);
            if (trouble) return discovery::aws::api_error(discovery::aws::error_kind::transient, 503, "", "no");
            return std::string("<ok/>");
        };
        conf::aws settings;
        settings.lifecycle_hook = "drain";
        settings.imds_endpoint = "http://127.0.0.1:1";  // nobody is there: this node may have others beside it
        hooks.configure(settings, at.ask());
        conf::lb lb;
        conf::target_group web;
        web.name = web.members = "web";
        web.deregistration_delay = 60s;
        lb.target_groups = {web};
        discovery::member one;
        one.id = "i-1";
        one.address = boost::asio::ip::make_address("127.0.0.1");
        discovery::inventory house;
        house["web"] = std::make_shared<discovery::group_snapshot>(discovery::group_snapshot{"web", {one}, {}});
        targets.apply(lb, house, 0);
        which = targets.watched().front().targets->front();
    }
    void step(std::int64_t now_ms)
    {
        hooks.step({{"i-1", "web-asg"}}, targets, now_ms);
        loop.restart();
        loop.poll();
    }
    auto count(std::string_view action) const
    {
        return std::ranges::count(at.calls, action, &scripted_aws::call::action);
    }
    auto lines_with(std::string_view text) const
    {
        return std::ranges::count_if(lines, [&](const std::string& one) { return one.find(text) != one.npos; });
    }

    std::string hook = "drain";
    bool trouble = false;
    scripted_aws at;
    std::vector<std::string> lines;
    service::log out{[this](std::string_view line) { lines.emplace_back(line); }, service::log::format::logfmt};
    boost::asio::io_context loop;
    target_registry targets{out};
    std::shared_ptr<target> which;
    lb::terminate_hooks hooks{loop.get_executor(), out};
};

}  // namespace

TEST_CASE_METHOD(waiting_instance, "an instance is held for the delay with heartbeats, then let go", "[control][hooks]")
{
    step(1'000);  // looks for the hook
    step(2'000);
    CHECK(lines_with("is held until it is drained") == 1);
    CHECK(count("RecordLifecycleActionHeartbeat") == 0);
    step(32'000);
    CHECK(count("RecordLifecycleActionHeartbeat") == 1);
    CHECK(count("CompleteLifecycleAction") == 0);
    step(62'000);
    CHECK(count("CompleteLifecycleAction") == 1);
    CHECK(at.calls.back().has("AutoScalingGroupName=web-asg&LifecycleHookName=drain&InstanceId=i-1"
                              "&LifecycleActionResult=CONTINUE"));
    step(63'000);
    CHECK(count("CompleteLifecycleAction") == 1);
    CHECK(count("DescribeLifecycleHooks") == 1);
}

TEST_CASE_METHOD(waiting_instance, "an instance with running requests is not let go before they end", "[control][hooks]")
{
    which->lease();
    step(1'000);
    step(2'000);
    step(70'000);
    CHECK(count("CompleteLifecycleAction") == 0);
    which->release();
    step(71'000);
    CHECK(count("CompleteLifecycleAction") == 1);
}

TEST_CASE_METHOD(waiting_instance, "what Auto Scaling did not hear is told again", "[control][hooks]")
{
    step(1'000);
    step(2'000);
    trouble = true;
    for (std::int64_t now = 62'000; now < 72'000; now += 1'000) step(now);
    CHECK(count("CompleteLifecycleAction") == 2);  // not every second
    CHECK(lines_with("Auto Scaling was not told") == 1);
    trouble = false;
    step(72'000);
    CHECK(count("CompleteLifecycleAction") == 3);
    CHECK(lines_with("drained instance may go") == 1);
}

TEST_CASE_METHOD(waiting_instance, "a hook of another name is left alone, and looked for again", "[control][hooks]")
{
    hook = "theirs";
    step(1'000);
    step(40'000);
    step(60'000);
    CHECK(count("DescribeLifecycleHooks") == 1);
    CHECK(lines_with("no terminate hook of that name") == 1);
    hook = "drain";
    step(61'000);
    step(62'000);
    step(122'000);
    CHECK(count("DescribeLifecycleHooks") == 2);
    CHECK(count("CompleteLifecycleAction") == 1);
}
