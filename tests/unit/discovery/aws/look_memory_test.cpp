#include "discovery/aws/asg_membership.hpp"
#include "discovery/aws/asg_poll.hpp"

#include "tests/unit/discovery/aws/scripted_aws.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::discovery::aws;
using namespace gatehouse::discovery::aws::stage;
using gatehouse::discovery::poll_result;

namespace {

// Two groups of two instances, looked at again and again with one memory.
struct house {
    std::map<std::string, std::string> states{{"i-1", "InService"}, {"i-2", "InService"}, {"i-3", "InService"},
                                              {"i-4", "InService"}};
    std::string ending, interrupted;  // an instance that EC2 shuts down, or takes back
    bool ec2_fails = false, asks_for_spot = true;
    std::shared_ptr<described_instances> described = std::make_shared<described_instances>();
    std::shared_ptr<look_memory> memory = std::make_shared<look_memory>();
    scripted_aws at{};

    result<std::string> ec2(const scripted_aws::call& call) const
    {
        if (ec2_fails) return api_error(error_kind::throttled, 400, "Throttling", "Rate exceeded");
        if (call.has("instance-state-name")) {
            auto text = instances_xml(ending.empty() ? std::vector<std::string>() : std::vector{ending}, "", "spot");
            if (const auto at_state = text.find("running"); at_state != std::string::npos)
                text.replace(at_state, 7, "shutting-down");
            return text;
        }
        return instances_xml({"i-1", "i-2", "i-3", "i-4"}, "", "spot");
    }

    std::string spot() const
    {
        std::string all = "<DescribeSpotInstanceRequestsResponse><spotInstanceRequestSet>";
        if (!interrupted.empty())
            all += "<item><instanceId>" + interrupted + "</instanceId><status><code>marked-for-termination</code></status></item>";
        return all + "</spotInstanceRequestSet></DescribeSpotInstanceRequestsResponse>";
    }

    std::vector<asg_answer> look()
    {
        at.answer = [this](const scripted_aws::call& call) -> result<std::string> {
            if (call.action == "DescribeInstances") return ec2(call);
            if (call.action == "DescribeSpotInstanceRequests") return spot();
            return groups_xml(group_xml("api", {"i-1"}, states["i-1"]) + group_xml("web", {"i-3", "i-4"}, states["i-3"]));
        };
        boost::asio::io_context loop;
        std::optional<result<asg_poll_answer>> seen;
        asg_poll_request wanted{{{{{"api"}, {}}, {}}, {{{"web"}, {}}, {}}}, asks_for_spot, described, memory};
        boost::asio::co_spawn(loop, poll_groups(at.ask(), std::move(wanted)),
                              [&](std::exception_ptr, result<asg_poll_answer> got) { seen = std::move(got); });
        loop.run();
        REQUIRE(seen.has_value());
        REQUIRE(seen->has_value());
        return std::move((*seen)->groups);
    }
};

bool same_object(const asg_answer& one, const asg_answer& other)
{
    return one.instances.data() == other.instances.data();
}

}  // namespace

TEST_CASE("where nothing changed the very same answer is given again", "[aws][memory]")
{
    house at;
    const auto before = at.look();
    const auto after = at.look();
    REQUIRE(after == before);
    CHECK(same_object(after[0], before[0]));
    CHECK(same_object(after[1], before[1]));
    CHECK(at.memory->groups.parsed() == 2);
}

TEST_CASE("the answer of the group that changed is new, and no other", "[aws][memory]")
{
    house at;
    const auto before = at.look();
    at.states["i-3"] = "Terminating";
    const auto after = at.look();
    CHECK(same_object(after[0], before[0]));
    CHECK(after[1].instances[0].state == "Terminating");
    CHECK(at.memory->groups.parsed() == 3);
}

TEST_CASE("what EC2 says is news though the group is told in the same words", "[aws][memory]")
{
    house at;
    auto before = at.look();
    at.ending = "i-4";
    auto after = at.look();
    CHECK(same_object(after[0], before[0]));
    CHECK(after[1].instances[1].ec2->state == "shutting-down");
    before = std::exchange(after, at.look());
    CHECK(same_object(after[1], before[1]));
    at.ending.clear();
    CHECK(at.look()[1].instances[1].ec2->state == "running");
}

TEST_CASE("an interruption is news, and so is its end", "[aws][memory]")
{
    house at;
    const auto before = at.look();
    at.interrupted = "i-1";
    auto after = at.look();
    CHECK(after[0].instances[0].ec2->spot_notice == "marked-for-termination");
    CHECK(same_object(after[1], before[1]));
    at.interrupted.clear();
    after = at.look();
    CHECK(after[0].instances[0].ec2->spot_notice.empty());
}

TEST_CASE("a failure of EC2 is told, and all is as before when it answers again", "[aws][memory]")
{
    house at;
    const auto before = at.look();
    at.ec2_fails = true;
    CHECK_FALSE(at.look()[0].ec2_complete);
    CHECK_FALSE(at.look()[0].instances[0].ec2.has_value());
    at.ec2_fails = false;
    CHECK(at.look() == before);
}

TEST_CASE("a failure of EC2 is told where nobody asks for spot requests, too", "[aws][memory]")
{
    house at;
    at.asks_for_spot = false;
    const auto before = at.look();
    at.ec2_fails = true;
    CHECK_FALSE(at.look()[0].ec2_complete);
    at.ec2_fails = false;
    CHECK(at.look() == before);
}

TEST_CASE("when EC2 describes all anew, what is equal stays the same", "[aws][memory]")
{
    house at;
    const auto before = at.look();
    at.described = std::make_shared<described_instances>();
    const auto after = at.look();
    CHECK(same_object(after[0], before[0]));
    CHECK(at.described->size() == 3);
}

TEST_CASE("an answer that is given again changes no membership", "[aws][memory][membership]")
{
    house at;
    asg_membership group({"web"}, {});
    CHECK(group.observe(at.look()[1]) == poll_result::success);
    const auto before = group.members();
    CHECK(group.observe(at.look()[1]) == poll_result::success);
    CHECK(group.members().data() == before.data());
    at.states["i-3"] = "Standby";
    CHECK(group.observe(at.look()[1]) == poll_result::success);
    CHECK(group.members()[0].state == gatehouse::discovery::lifecycle::standby);
}

TEST_CASE("absences count though the same answer is given again", "[aws][memory][membership]")
{
    house at;
    gatehouse::discovery::member gone;
    gone.id = "i-9";
    gone.auto_scaling_group = "web";
    asg_membership group({"web"}, {gone});
    for (int look = 1; look < asg_membership::patience; ++look) {
        CHECK(group.observe(at.look()[1]) == poll_result::success);
        CHECK(group.members().size() == 3);
    }
    group.observe(at.look()[1]);
    CHECK(group.members().size() == 2);
}
