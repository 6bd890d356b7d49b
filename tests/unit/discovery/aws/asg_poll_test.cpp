#include "discovery/aws/asg_poll.hpp"

#include "tests/unit/discovery/aws/scripted_aws.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::discovery::aws;
using namespace gatehouse::discovery::aws::stage;

namespace {

using ids = std::vector<std::string>;

result<asg_poll_answer> look(scripted_aws& at, asg_poll_request wanted)
{
    boost::asio::io_context loop;
    std::optional<result<asg_poll_answer>> seen;
    boost::asio::co_spawn(loop, poll_groups(at.ask(), std::move(wanted)),
                          [&](std::exception_ptr, result<asg_poll_answer> got) { seen = std::move(got); });
    loop.run();
    REQUIRE(seen.has_value());
    return std::move(*seen);
}

result<asg_poll_answer> look(scripted_aws& at, std::vector<conf::asg_source> wanted)
{
    asg_poll_request asked;
    for (auto& one : wanted) asked.groups.push_back({std::move(one), {}});
    return look(at, std::move(asked));
}

conf::asg_source named(std::vector<std::string> names) { return {std::move(names), {}}; }
conf::asg_source tagged() { return {{}, {{"app", "web"}}}; }
constexpr auto web_tag = "<Tags><member><Key>app</Key><Value>web</Value></member></Tags>";

// The spot requests of these instances, all with this status.
std::string spot_xml(const std::vector<std::string>& instances, const std::string& status)
{
    std::string all = "<DescribeSpotInstanceRequestsResponse><spotInstanceRequestSet>";
    for (const auto& id : instances)
        all += "<item><instanceId>" + id + "</instanceId><status><code>" + status + "</code></status></item>";
    return all + "</spotInstanceRequestSet></DescribeSpotInstanceRequestsResponse>";
}

api_error throttled() { return {error_kind::throttled, 400, "Throttling", "Rate exceeded"}; }

}  // namespace

TEST_CASE("one look finds groups and where their instances are", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call& call) -> result<std::string> {
        if (call.action == "DescribeInstances") return instances_xml({"i-1", "i-2"});
        return groups_xml(group_xml("web", {"i-1"}) + group_xml("api", {"i-2"}));
    };
    const auto seen = look(at, {named({"web"}), named({"api"})});
    REQUIRE(seen.has_value());
    CHECK(seen->calls == 2);
    REQUIRE(seen->groups.size() == 2);
    REQUIRE(seen->groups[0].instances.size() == 1);
    CHECK(seen->groups[0].instances[0].id == "i-1");
    REQUIRE(seen->groups[0].instances[0].ec2.has_value());
    CHECK(seen->groups[0].instances[0].ec2->address->to_string() == "10.0.11.1");
    CHECK(seen->groups[1].instances[0].id == "i-2");
    CHECK(at.calls[0].has("AutoScalingGroupNames.member.1=api&AutoScalingGroupNames.member.2=web"));
    CHECK(at.calls[1].has("Filter.1.Name=tag%3Aaws%3Aautoscaling%3AgroupName&Filter.1.Value.1=api&Filter.1.Value.2=web"));
}

TEST_CASE("every list is read to its last page", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call& call) -> result<std::string> {
        const bool second = call.has("NextToken=more");
        if (call.action == "DescribeInstances")
            return second ? instances_xml({"i-2"}) : instances_xml({"i-1"}, "more");
        return second ? groups_xml(group_xml("b", {"i-2"})) : groups_xml(group_xml("a", {"i-1"}), "more");
    };
    const auto seen = look(at, {named({"a", "b"})});
    REQUIRE(seen.has_value());
    CHECK(seen->calls == 4);
    CHECK(seen->groups[0].found == ids{"a", "b"});
    CHECK(seen->groups[0].instances.size() == 2);
    CHECK(seen->groups[0].ec2_complete);
}

TEST_CASE("a list whose pages do not end is no answer", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call&) -> result<std::string> {
        return groups_xml(group_xml("a", {"i-1"}), "again");
    };
    const auto seen = look(at, {named({"a"})});
    REQUIRE(seen.has_error());
    CHECK(seen.error().kind == error_kind::invalid_answer);
    CHECK(at.calls.size() == 2);
}

TEST_CASE("a hundred and one groups are two calls, and groups with the same tags one", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call&) -> result<std::string> { return groups_xml(""); };
    std::vector<conf::asg_source> wanted;
    for (int i = 0; i < 101; ++i) wanted.push_back(named({"g" + std::to_string(i)}));
    wanted.push_back({{}, {{"app", "web"}, {"stage", "prod"}}});
    wanted.push_back({{}, {{"app", "web"}, {"stage", "prod"}}});
    const auto seen = look(at, wanted);
    REQUIRE(seen.has_value());
    CHECK(seen->calls == 3);
    CHECK(at.calls.back().has("Filters.member.1.Name=tag%3Aapp&Filters.member.1.Values.member.1=web"
                              "&Filters.member.2.Name=tag%3Astage&Filters.member.2.Values.member.1=prod"));
    CHECK(seen->groups.size() == 103);
}

TEST_CASE("instances whose tag is not there yet are asked for by id", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call& call) -> result<std::string> {
        if (call.action != "DescribeInstances") return groups_xml(group_xml("a", {"i-1", "i-2"}));
        return call.has("Filter.1.Name=instance-id&Filter.1.Value.1=i-2") ? instances_xml({"i-2"}) : instances_xml({"i-1"});
    };
    const auto seen = look(at, {named({"a"})});
    REQUIRE(seen.has_value());
    CHECK(seen->calls == 3);
    CHECK(seen->groups[0].ec2_complete);
}

TEST_CASE("when EC2 fails the groups are still told", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call& call) -> result<std::string> {
        if (call.action == "DescribeInstances") return throttled();
        return groups_xml(group_xml("a", {"i-1"}, "Terminating:Wait"));
    };
    const auto seen = look(at, {named({"a"})});
    REQUIRE(seen.has_value());
    REQUIRE(seen->ec2_failure.has_value());
    CHECK(seen->ec2_failure->kind == error_kind::throttled);
    CHECK_FALSE(seen->groups[0].ec2_complete);
    CHECK(seen->groups[0].instances[0].state == "Terminating:Wait");
}

TEST_CASE("when Auto Scaling fails on any page nothing is told", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call& call) -> result<std::string> {
        if (call.has("NextToken")) return throttled();
        return groups_xml(group_xml("a", {"i-1"}), "more");
    };
    const auto seen = look(at, {named({"a", "b"})});
    REQUIRE(seen.has_error());
    CHECK(seen.error().kind == error_kind::throttled);
}

TEST_CASE("groups that exist and want nobody say so", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call&) -> result<std::string> { return groups_xml(group_xml("a", {})); };
    CHECK(look(at, {named({"a"})})->groups[0].wants_none);
    CHECK_FALSE(look(at, {named({"a", "b"})})->groups[0].wants_none);
    CHECK_FALSE(look(at, {named({"b"})})->groups[0].wants_none);
    CHECK(at.calls.size() == 3);  // EC2 is not asked about nobody
}

TEST_CASE("a group that its tags chose before is asked for by name, and stays while it has the tags", "[aws][poll]")
{
    scripted_aws at;
    std::string tags = web_tag;
    at.answer = [&](const scripted_aws::call& call) -> result<std::string> {
        if (call.action == "DescribeInstances") return instances_xml({"i-1"});
        if (call.has("Filters.member")) return groups_xml("");  // a list that lacks a page
        return groups_xml(group_xml("a", {"i-1"}, "InService", tags));
    };
    const asg_poll_request known{{{tagged(), {"a", "deleted"}}}};
    auto seen = look(at, known);
    REQUIRE(seen.has_value());
    CHECK(seen->calls == 3);
    CHECK(seen->groups[0].found == ids{"a"});
    CHECK(seen->groups[0].instances.size() == 1);
    tags.clear();
    seen = look(at, known);
    REQUIRE(seen.has_value());
    CHECK(seen->groups[0].found.empty());
}

TEST_CASE("a group that wants instances and lists none is called hollow", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call& call) -> result<std::string> {
        if (call.action == "DescribeInstances") return instances_xml({"i-1"});
        return groups_xml(group_xml("a", {"i-1"}) + group_xml("b", {}, "InService", "", 2));
    };
    const auto seen = look(at, {named({"a", "b"})});
    REQUIRE(seen.has_value());
    CHECK(seen->groups[0].hollow == ids{"b"});
    CHECK_FALSE(seen->groups[0].wants_none);
}

TEST_CASE("spot instances that are about to be taken back are known by their requests", "[aws][poll]")
{
    scripted_aws at;
    at.answer = [](const scripted_aws::call& call) -> result<std::string> {
        if (call.action == "DescribeSpotInstanceRequests") return spot_xml({"i-2"}, "marked-for-termination");
        if (call.action == "DescribeInstances") return instances_xml({"i-1", "i-2"}, "", "spot");
        return groups_xml(group_xml("a", {"i-1", "i-2"}));
    };
    const auto seen = look(at, {named({"a"})});
    REQUIRE(seen.has_value());
    CHECK(seen->calls == 3);
    CHECK(at.calls.back().has("Filter.1.Name=status-code&Filter.1.Value.1=marked-for-termination"));
    const auto& told = seen->groups[0].instances;
    CHECK(told[0].ec2->spot_notice.empty());
    CHECK(told[1].ec2->spot_notice == "marked-for-termination");
    CHECK(lifecycle_of(told[0]) == gatehouse::discovery::lifecycle::in_service);
    CHECK(lifecycle_of(told[1]) == gatehouse::discovery::lifecycle::terminating);
}

TEST_CASE("spot requests are asked for only where there are spot instances and only when wanted", "[aws][poll]")
{
    scripted_aws at;
    std::string kind;
    at.answer = [&](const scripted_aws::call& call) -> result<std::string> {
        if (call.action == "DescribeSpotInstanceRequests") return throttled();
        if (call.action == "DescribeInstances") return instances_xml({"i-1"}, "", kind);
        return groups_xml(group_xml("a", {"i-1"}));
    };
    CHECK(look(at, {named({"a"})})->calls == 2);
    kind = "spot";
    CHECK(look(at, asg_poll_request{{{named({"a"}), {}}}, false})->calls == 2);
    const auto seen = look(at, {named({"a"})});
    CHECK(seen->calls == 3);
    REQUIRE(seen->spot_failure.has_value());
    CHECK(seen->spot_failure->kind == error_kind::throttled);
    CHECK(seen->groups[0].instances.size() == 1);
}

namespace {

// One group whose instances EC2 describes by these answers, over several looks that share what was described.
struct house_over_looks {
    std::vector<std::string> living;
    std::map<std::string, std::string> states;  // of those that EC2 says are not running
    bool ec2_fails = false;
    std::shared_ptr<described_instances> described = std::make_shared<described_instances>();
    scripted_aws at{};

    asg_poll_answer look_again()
    {
        at.calls.clear();
        at.answer = [this](const scripted_aws::call& call) -> result<std::string> {
            if (call.action != "DescribeInstances") return groups_xml(group_xml("web", living));
            if (ec2_fails) return throttled();
            return of_state(instances_xml(asked_for(call)));
        };
        auto seen = look(at, asg_poll_request{{{named({"web"}), {}}}, true, described});
        REQUIRE(seen.has_value());
        return std::move(*seen);
    }

    std::vector<std::string> asked_for(const scripted_aws::call& call) const
    {
        const bool ending = call.has("Filter.2.Name=instance-state-name&Filter.2.Value.1=shutting-down");
        const bool by_id = call.has("Filter.1.Name=instance-id");
        std::vector<std::string> told;
        for (const auto& id : living)
            if (by_id ? call.has("=" + id) : !ending || is_ending(id)) told.push_back(id);
        return told;
    }

    bool is_ending(const std::string& id) const { return states.contains(id) && states.at(id) != "pending"; }

    std::string of_state(std::string xml) const
    {
        for (const auto& [id, state] : states) {
            const auto at_id = xml.find("<instanceId>" + id + "<");
            if (at_id != std::string::npos) xml.replace(xml.find("running", at_id), 7, state);
        }
        return xml;
    }

    unsigned described_by(std::string_view filter) const
    {
        return static_cast<unsigned>(std::ranges::count_if(at.calls, [&](const auto& one) { return one.has(filter); }));
    }
};

constexpr auto whole_list = "Filter.1.Name=tag%3Aaws%3Aautoscaling%3AgroupName";
constexpr auto by_id = "Filter.1.Name=instance-id";

}  // namespace

TEST_CASE("who was described before is not described again", "[aws][poll]")
{
    house_over_looks house{{"i-1", "i-2"}, {}};
    house.look_again();
    const auto seen = house.look_again();
    CHECK(house.at.calls.size() == 2);
    CHECK(house.described_by("Filter.2.Name=instance-state-name") == 1);
    REQUIRE(seen.groups[0].ec2_complete);
    CHECK(seen.groups[0].instances[1].ec2->address->to_string() == "10.0.11.2");
}

TEST_CASE("whom EC2 shuts down is seen though it was described before", "[aws][poll]")
{
    house_over_looks house{{"i-1", "i-2"}, {}};
    house.look_again();
    house.states = {{"i-2", "shutting-down"}};
    CHECK(house.look_again().groups[0].instances[1].ec2->state == "shutting-down");
    CHECK(house.described_by(by_id) == 0);
    house.states.clear();
    CHECK(house.look_again().groups[0].instances[1].ec2->state == "running");
    CHECK(house.described_by(by_id) == 1);
}

TEST_CASE("who is new or was not running yet is asked for by id, and who left is forgotten", "[aws][poll]")
{
    house_over_looks house{{"i-1"}, {}};
    house.look_again();
    house.living = {"i-1", "i-2"};
    house.states = {{"i-2", "pending"}};
    CHECK(house.look_again().groups[0].instances[1].ec2->state == "pending");
    house.states.clear();
    CHECK(house.look_again().groups[0].instances[1].ec2->state == "running");
    CHECK(house.described_by(by_id) == 1);
    house.look_again();
    CHECK(house.described_by(by_id) == 0);
    house.living = {"i-2"};
    house.look_again();
    CHECK(house.described->size() == 1);
}

TEST_CASE("when EC2 fails, what it said in an earlier look is not told again", "[aws][poll]")
{
    house_over_looks house{{"i-1"}, {}};
    house.look_again();
    house.ec2_fails = true;
    const auto seen = house.look_again();
    REQUIRE(seen.ec2_failure.has_value());
    CHECK_FALSE(seen.groups[0].ec2_complete);
    CHECK_FALSE(seen.groups[0].instances[0].ec2.has_value());
    house.ec2_fails = false;
    CHECK(house.look_again().groups[0].ec2_complete);
    CHECK(house.described_by("Filter.2.Name=instance-state-name") == 1);
}

TEST_CASE("when very many are new the whole list is read", "[aws][poll]")
{
    house_over_looks house{{"i-0"}, {}};
    house.look_again();
    for (int number = 1; number <= 1001; ++number) house.living.push_back("i-" + std::to_string(number));
    const auto seen = house.look_again();
    CHECK(seen.groups[0].ec2_complete);
    CHECK(house.described_by(whole_list) == 1);
    CHECK(house.described_by("instance-state-name") == 0);
    CHECK(house.described_by(by_id) == 0);
}
