#include "discovery/aws/discover.hpp"

#include "tests/unit/discovery/aws/await.hpp"
#include "tests/unit/discovery/aws/scripted_aws.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::discovery;
using namespace gatehouse::discovery::aws;
using namespace gatehouse::discovery::aws::stage;
using namespace std::chrono_literals;

namespace {

const std::string hooks_xml =
    "<DescribeLifecycleHooksResponse><DescribeLifecycleHooksResult><LifecycleHooks><member><LifecycleHookName>drain"
    "</LifecycleHookName><LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition>"
    "<HeartbeatTimeout>90</HeartbeatTimeout></member></LifecycleHooks></DescribeLifecycleHooksResult>"
    "</DescribeLifecycleHooksResponse>";

discover_request wanted()
{
    return {{{"web", {{"web-asg", "gone"}, {}}}, {"tagged", {{}, {{"app", "api"}}}}}, "drain"};
}

}  // namespace

TEST_CASE("one look tells groups, hooks and what is wrong with the configuration", "[aws][discover]")
{
    boost::asio::io_context loop;
    scripted_aws at;
    at.answer = [](const scripted_aws::call& call) -> result<std::string> {
        if (call.action == "DescribeLifecycleHooks") return hooks_xml;
        if (call.action == "DescribeInstances") return instances_xml({"i-1"});
        return call.has("Filters.member") ? groups_xml("") : groups_xml(group_xml("web-asg", {"i-1"}));
    };
    const auto seen = await(loop, discover(at.ask(), wanted()));
    REQUIRE(seen.groups.size() == 2);
    CHECK(seen.groups[0].result == poll_result::partial);
    CHECK(seen.groups[0].told.instances.size() == 1);
    CHECK(seen.groups[0].missing == std::vector<std::string>{"gone"});
    CHECK(seen.problems == std::vector<std::string>{"group web: there is no Auto Scaling Group 'gone'",
                                                    "group tagged: no Auto Scaling Group has its tags"});
    REQUIRE(seen.hooks.size() == 1);
    CHECK(seen.hooks[0].heartbeat == 90s);
    CHECK(seen.calls == 4);
}

TEST_CASE("what may not be asked is named as a policy names it", "[aws][discover]")
{
    boost::asio::io_context loop;
    scripted_aws at;
    std::string denied = "DescribeInstances";
    at.answer = [&](const scripted_aws::call& call) -> result<std::string> {
        if (call.action == denied) return api_error(error_kind::permission, 403, "UnauthorizedOperation", "no");
        if (call.action == "DescribeLifecycleHooks") return hooks_xml;
        if (call.action == "DescribeInstances") return instances_xml({"i-1"});
        return groups_xml(group_xml("web-asg", {"i-1"}));
    };
    const auto problem = [&] {
        const auto seen = await(loop, discover(at.ask(), {{{"web", {{"web-asg"}, {}}}}, "drain"}));
        REQUIRE(seen.problems.size() == 1);
        REQUIRE(seen.groups.size() == 1);
        return seen.problems.front();
    };
    CHECK(problem().find("ec2:DescribeInstances") != std::string::npos);
    denied = "DescribeLifecycleHooks";
    CHECK(problem().find("autoscaling:DescribeLifecycleHooks") != std::string::npos);
    denied = "DescribeAutoScalingGroups";
    CHECK(problem().find("autoscaling:DescribeAutoScalingGroups") != std::string::npos);
}
