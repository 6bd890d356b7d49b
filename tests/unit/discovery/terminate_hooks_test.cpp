#include "discovery/terminate_hooks.hpp"

#include "tests/unit/discovery/aws/loopback_server.hpp"
#include "tests/unit/discovery/aws/scripted_aws.hpp"
#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gatehouse;
using namespace std::chrono_literals;
using namespace discovery::aws::stage;
using discovery::terminate_hooks;

namespace {

std::string hooks_xml(const std::string& name)
{
    return "<DescribeLifecycleHooksResponse><DescribeLifecycleHooksResult><LifecycleHooks><member><LifecycleHookName>" +
           name + "</LifecycleHookName><LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition>"
           "<HeartbeatTimeout>90</HeartbeatTimeout></member></LifecycleHooks></DescribeLifecycleHooksResult>"
           "</DescribeLifecycleHooksResponse>";
}

// An instance i-1 of web-asg that waits to terminate, with a delay of 60 s. The node itself is door-1.
struct waiting_instance {
    waiting_instance()
    {
        at.answer = [this](const scripted_aws::call& call) -> discovery::aws::result<std::string> {
            if (call.action == "DescribeLifecycleHooks") return hooks_xml(hook);
            if (call.action == "DescribeAutoScalingGroups") return groups_xml(group_xml("doors", {"door-1"}));
            if (call.action == "DescribeInstances") return std::string(own_instance);
            if (trouble) return discovery::aws::api_error(discovery::aws::error_kind::transient, 503, "", "no");
            return std::string("<ok/>");
        };
        settings.lifecycle_hook = "drain";
        settings.imds_endpoint = "http://127.0.0.1:1";  // nobody is there: this node may have others beside it
        hooks.configure(settings, at.ask());
    }
    void step(std::int64_t now_ms)
    {
        const auto requests = [this](const std::set<std::string>& ids) {
            std::map<std::string, terminate_hooks::usage> made;
            for (const auto& id : ids) made[id] = use;
            return made;
        };
        const auto sessions = [this](const std::string&) {
            ++questions;
            return remain;
        };
        hooks.step({{"i-1", "web-asg"}}, {requests, sessions}, now_ms);
        loop.restart();
        loop.poll();
    }
    void steps(std::int64_t from_ms, std::int64_t to_ms)
    {
        for (auto now = from_ms; now <= to_ms; now += 1'000) step(now);
    }
    auto count(std::string_view action) const
    {
        return std::ranges::count(at.calls, action, &scripted_aws::call::action);
    }
    auto lines_with(std::string_view text) const
    {
        return std::ranges::count_if(lines, [&](const std::string& one) { return one.find(text) != one.npos; });
    }

    static constexpr auto own_instance =
        "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>door-1</instanceId>"
        "<instanceState><name>running</name></instanceState><tagSet><item><key>aws:autoscaling:groupName</key>"
        "<value>doors</value></item></tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
    std::string hook = "drain";
    bool trouble = false;
    terminate_hooks::usage use{false, 60s};
    std::optional<bool> remain;
    int questions = 0;
    scripted_aws at;
    conf::aws settings;
    std::vector<std::string> lines;
    service::log out{[this](std::string_view line) { lines.emplace_back(line); }, service::log::format::logfmt};
    boost::asio::io_context loop;
    terminate_hooks hooks{loop.get_executor(), out};
};

// The same with sessions, each of which lasts ten minutes at most.
struct with_sessions : waiting_instance {
    with_sessions() { hooks.configure(settings, at.ask(), {{.settled = 5s, .longest = 10min}}); }
};

// And this node is the only one of its group.
struct alone_with_sessions : with_sessions {
    alone_with_sessions()
    {
        settings.imds_endpoint = metadata.text();
        hooks.configure(settings, at.ask(), {{.settled = 5s, .longest = 10min}});
        step(1'000);
        step(2'000);
        discovery::stage::run_until(loop, [this] { return count("DescribeAutoScalingGroups") == 1; });
    }
    loopback_server metadata{loop, [](const seen_request& asked) {
                                 return reply{200, asked.method == "PUT" ? "token" : "door-1"};
                             }};
};

}  // namespace

TEST_CASE_METHOD(waiting_instance, "an instance is held for the delay with heartbeats, then let go", "[hooks]")
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
    CHECK(questions == 0);
}

TEST_CASE_METHOD(waiting_instance, "an instance with running requests is not let go before they end", "[hooks]")
{
    use.in_use = true;
    step(1'000);
    step(2'000);
    step(70'000);
    CHECK(count("CompleteLifecycleAction") == 0);
    use.in_use = false;
    step(71'000);
    CHECK(count("CompleteLifecycleAction") == 1);
}

TEST_CASE_METHOD(waiting_instance, "what Auto Scaling did not hear is told again", "[hooks]")
{
    step(1'000);
    step(2'000);
    trouble = true;
    steps(62'000, 71'000);
    CHECK(count("CompleteLifecycleAction") == 2);  // not every second
    CHECK(lines_with("Auto Scaling was not told") == 1);
    trouble = false;
    step(72'000);
    CHECK(count("CompleteLifecycleAction") == 3);
    CHECK(lines_with("drained instance may go") == 1);
}

TEST_CASE_METHOD(waiting_instance, "a hook of another name is left alone, and looked for again", "[hooks]")
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

TEST_CASE_METHOD(alone_with_sessions, "sessions hold an instance behind its requests, until the last has ended", "[hooks]")
{
    use.in_use = true;
    steps(3'000, 20'000);
    CHECK(questions == 0);
    use.in_use = false;
    steps(21'000, 24'000);  // nobody has answered yet
    CHECK(questions == 4);
    CHECK(lines_with("sessions hold") == 0);
    remain = true;
    steps(25'000, 34'000);
    CHECK(lines_with("sessions hold a terminating instance") == 1);
    CHECK(count("RecordLifecycleActionHeartbeat") == 1);
    CHECK(count("CompleteLifecycleAction") == 0);
    remain = false;
    step(35'000);
    CHECK(count("CompleteLifecycleAction") == 1);
    steps(36'000, 40'000);
    CHECK(count("CompleteLifecycleAction") == 1);
    CHECK(lines_with("its hook runs out") == 0);
}

TEST_CASE_METHOD(alone_with_sessions, "an instance waits until nobody opens new sessions to it", "[hooks]")
{
    remain = false;
    steps(3'000, 6'000);
    CHECK(count("CompleteLifecycleAction") == 0);
    step(7'000);
    CHECK(count("CompleteLifecycleAction") == 1);
}

TEST_CASE_METHOD(with_sessions, "one node of several holds for its own sessions, and is silent without any", "[hooks]")
{
    step(1'000);
    remain = true;
    steps(2'000, 100'000);
    CHECK(count("RecordLifecycleActionHeartbeat") == 3);
    remain = false;
    steps(101'000, 300'000);
    CHECK(count("RecordLifecycleActionHeartbeat") == 3);
    CHECK(count("CompleteLifecycleAction") == 0);  // it would end the sessions of the others
    CHECK(lines_with("nothing of this node holds a terminating instance") == 1);
    remain = true;  // by a rule that reaches terminating instances
    step(301'000);
    CHECK(count("RecordLifecycleActionHeartbeat") == 4);
    CHECK(lines_with("sessions hold a terminating instance") == 2);
}

TEST_CASE_METHOD(with_sessions, "nobody is waited for longer than a session may last", "[hooks]")
{
    step(1'000);
    steps(2'000, 631'000);  // and half a minute more
    CHECK(count("CompleteLifecycleAction") == 0);
    step(632'000);
    CHECK(count("CompleteLifecycleAction") == 1);
}

TEST_CASE_METHOD(with_sessions, "a reload that takes the sessions away lets go as if there were none", "[hooks]")
{
    step(1'000);
    steps(2'000, 62'000);
    hooks.configure(settings, at.ask());
    steps(63'000, 122'000);  // the delay begins anew
    CHECK(count("CompleteLifecycleAction") == 0);
    step(123'000);
    CHECK(count("CompleteLifecycleAction") == 1);
}

TEST_CASE("who waits to terminate is told by Auto Scaling's own word", "[hooks]")
{
    discovery::member one;
    one.provider_state = "Terminating:Wait";
    CHECK_FALSE(discovery::waits_to_terminate(one));  // of no group: there is no hook
    one.auto_scaling_group = "web-asg";
    CHECK(discovery::waits_to_terminate(one));
    one.provider_state = "Terminating:Wait, marked-for-termination";
    CHECK(discovery::waits_to_terminate(one));
    one.provider_state = "Terminating:Proceed";
    CHECK_FALSE(discovery::waits_to_terminate(one));
}
