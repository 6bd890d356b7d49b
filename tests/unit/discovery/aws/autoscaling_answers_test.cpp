#include "discovery/aws/autoscaling_answers.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::discovery::aws;

namespace {

std::string groups(const std::string& inside)
{
    return "<DescribeAutoScalingGroupsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">\n"
           "  <DescribeAutoScalingGroupsResult>\n" +
           inside +
           "  </DescribeAutoScalingGroupsResult><ResponseMetadata><RequestId>0f02a07d</RequestId>"
           "</ResponseMetadata></DescribeAutoScalingGroupsResponse>\n";
}

std::string one_group(const std::string& inside)
{
    return groups("<AutoScalingGroups><member><AutoScalingGroupName>web</AutoScalingGroupName>"
                  "<DesiredCapacity>3</DesiredCapacity>" +
                  inside + "</member></AutoScalingGroups>");
}

auto_scaling_group read_one(const std::string& inside)
{
    const auto read = describe_auto_scaling_groups(one_group(inside));
    REQUIRE(read.has_value());
    REQUIRE(read->items.size() == 1);
    return read->items[0];
}

std::string refusal_of(const std::string& xml)
{
    const auto read = describe_auto_scaling_groups(xml);
    REQUIRE(read.has_error());
    CHECK(read.error().kind == error_kind::invalid_answer);
    return read.error().message;
}

}  // namespace

TEST_CASE("a group is read with its instances", "[discovery][aws][autoscaling]")
{
    const auto group = read_one(
        "<AvailabilityZones>\n<member>eu-west-1a</member><member>eu-west-1b</member></AvailabilityZones>"
        "<Instances>\n<member><LaunchTemplate><Version>1</Version></LaunchTemplate>"
        "<LifecycleState>Terminating:Wait</LifecycleState><InstanceId>i-1</InstanceId>"
        "<HealthStatus>Unhealthy</HealthStatus><AvailabilityZone>eu-west-1a</AvailabilityZone></member>"
        "<member><InstanceId>i-2</InstanceId></member></Instances>"
        "<SuspendedProcesses><member><SuspensionReason>User suspended</SuspensionReason>"
        "<ProcessName>Terminate</ProcessName></member></SuspendedProcesses>");
    CHECK(group.name == "web");
    CHECK(group.desired == 3);
    CHECK(group.zones == std::vector<std::string>{"eu-west-1a", "eu-west-1b"});
    CHECK(group.suspended_processes == std::vector<std::string>{"Terminate"});
    REQUIRE(group.instances.size() == 2);
    CHECK(group.instances[0].id == "i-1");
    CHECK(group.instances[0].zone == "eu-west-1a");
    CHECK(group.instances[0].lifecycle_state == "Terminating:Wait");
    CHECK(group.instances[0].health_status == "Unhealthy");
    CHECK(group.instances[1].id == "i-2");
    CHECK(group.instances[1].lifecycle_state.empty());
}

TEST_CASE("tags hold entities, UTF-8 and nothing at all", "[discovery][aws][autoscaling]")
{
    const auto group = read_one("<Tags><member><Key>team</Key><Value>\xc3\xa9"
                                "dge &amp; &lt;ops&gt;</Value><ResourceId>web</ResourceId></member>"
                                "<member><Key>empty</Key><Value/></member></Tags>");
    CHECK(group.tags == std::map<std::string, std::string>{{"team", "\xc3\xa9"
                                                                    "dge & <ops>"},
                                                           {"empty", ""}});
}

TEST_CASE("empty lists come closed in themselves, and missing", "[discovery][aws][autoscaling]")
{
    for (const auto* inside : {"<Instances/><AvailabilityZones/><Tags/><SuspendedProcesses/>",
                               "<Instances></Instances><Tags>\n</Tags>", ""}) {
        const auto group = read_one(inside);
        CHECK(group.instances.empty());
        CHECK(group.zones.empty());
        CHECK(group.tags.empty());
        CHECK(group.suspended_processes.empty());
    }
    const auto none = describe_auto_scaling_groups(groups("<AutoScalingGroups/>"));
    REQUIRE(none.has_value());
    CHECK(none->items.empty());
    CHECK(none->next_token.empty());
}

TEST_CASE("the next page's token is read as it will be sent", "[discovery][aws][autoscaling]")
{
    const auto read = describe_auto_scaling_groups(
        groups("<AutoScalingGroups/><NextToken>name with spaces/and-slash &amp; +</NextToken>"));
    REQUIRE(read.has_value());
    CHECK(read->next_token == "name with spaces/and-slash & +");
}

TEST_CASE("an answer that would lose members is refused whole", "[discovery][aws][autoscaling]")
{
    CHECK(refusal_of(groups("")) == "the answer has no list of groups");
    CHECK(refusal_of("<DescribeAutoScalingGroupsResponse/>") == "the answer has no list of groups");
    CHECK(refusal_of(groups("<AutoScalingGroups><member/></AutoScalingGroups>")) == "a group has no name");
    CHECK(refusal_of(one_group("<Instances><member><InstanceId/></member></Instances>")) ==
          "an instance of group 'web' has no id");
    for (const auto* desired :
         {"", "<DesiredCapacity/>", "<DesiredCapacity>-1</DesiredCapacity>",
          "<DesiredCapacity>2.5</DesiredCapacity>", "<DesiredCapacity>99999999999</DesiredCapacity>"})
        CHECK(
            refusal_of(groups("<AutoScalingGroups><member><AutoScalingGroupName>web</AutoScalingGroupName>" +
                              std::string(desired) + "</member></AutoScalingGroups>")) ==
            "group 'web' has no desired capacity");
    CHECK(refusal_of("<DescribeTagsResponse/>") ==
          "the answer is DescribeTagsResponse, not DescribeAutoScalingGroupsResponse");
    CHECK(refusal_of("<html><body>Log in</body></html>") ==
          "the answer is html, not DescribeAutoScalingGroupsResponse");
}

TEST_CASE("lifecycle hooks are read with their timeouts", "[discovery][aws][autoscaling]")
{
    const auto read = describe_lifecycle_hooks(
        "<DescribeLifecycleHooksResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">"
        "<DescribeLifecycleHooksResult><LifecycleHooks><member><AutoScalingGroupName>web</"
        "AutoScalingGroupName>"
        "<LifecycleHookName>drain</LifecycleHookName><DefaultResult>CONTINUE</DefaultResult>"
        "<LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition>"
        "<GlobalTimeout>172800</GlobalTimeout><HeartbeatTimeout>300</HeartbeatTimeout></member></"
        "LifecycleHooks>"
        "</DescribeLifecycleHooksResult></DescribeLifecycleHooksResponse>");
    REQUIRE(read.has_value());
    REQUIRE(read->size() == 1);
    const auto& hook = read->front();
    CHECK(hook.name == "drain");
    CHECK(hook.transition == "autoscaling:EC2_INSTANCE_TERMINATING");
    CHECK(hook.heartbeat_timeout == std::chrono::minutes(5));
    CHECK(hook.default_result == "CONTINUE");
}

TEST_CASE("hooks without a list, a name or a timeout are refused", "[discovery][aws][autoscaling]")
{
    const auto hooks = [](const std::string& inside) {
        return describe_lifecycle_hooks("<DescribeLifecycleHooksResponse><DescribeLifecycleHooksResult>" +
                                        inside +
                                        "</DescribeLifecycleHooksResult></DescribeLifecycleHooksResponse>");
    };
    CHECK(hooks("<LifecycleHooks/>").has_value());
    CHECK(hooks("").has_error());
    CHECK(hooks("<LifecycleHooks><member><HeartbeatTimeout>300</HeartbeatTimeout></member></LifecycleHooks>")
              .has_error());
    CHECK(hooks("<LifecycleHooks><member><LifecycleHookName>a</LifecycleHookName></member></LifecycleHooks>")
              .has_error());
}
