#include "discovery/aws/asg_membership.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery;
using namespace gatehouse::discovery::aws;

namespace {

instance_facts instance(std::string id, std::string state = "InService", std::string address = "10.0.11.5")
{
    instance_facts made;
    made.id = std::move(id);
    made.zone = "eu-west-2a";
    made.auto_scaling_group = "web";
    made.state = std::move(state);
    made.health = "Healthy";
    made.ec2.emplace();
    made.ec2->state = "running";
    if (!address.empty()) made.ec2->address = boost::asio::ip::make_address(address);
    return made;
}

asg_answer answer(std::vector<instance_facts> instances)
{
    asg_answer made;
    made.found = {"web"};
    made.instances = std::move(instances);
    return made;
}

std::vector<std::string> ids(const asg_membership& of)
{
    std::vector<std::string> all;
    for (const auto& one : of.members()) all.push_back(one.id);
    return all;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("instances with an address are members", "[aws][membership]")
{
    asg_membership group({"web"}, {});
    CHECK(group.observe(answer({instance("i-2"), instance("i-1", "Pending")})) == poll_result::success);
    REQUIRE(ids(group) == names{"i-1", "i-2"});
    CHECK(group.members()[0].state == lifecycle::pending);
    CHECK(group.members()[1].state == lifecycle::in_service);
    CHECK(group.members()[1].auto_scaling_group == "web");
}

TEST_CASE("Auto Scaling's states are what a door must know", "[aws][membership]")
{
    const auto state = [](const char* word) { return lifecycle_of(instance("i-1", word)); };
    for (const auto* word : {"Pending", "Pending:Wait", "Pending:Proceed", "Warmed:Running", "Quarantined"})
        CHECK(state(word) == lifecycle::pending);
    for (const auto* word : {"Terminating", "Terminating:Wait", "Terminating:Proceed", "Terminated", "Detaching"})
        CHECK(state(word) == lifecycle::terminating);
    for (const auto* word : {"Standby", "EnteringStandby"}) CHECK(state(word) == lifecycle::standby);
    CHECK(state("InService") == lifecycle::in_service);
}

TEST_CASE("what is doomed gets no request though it is still in service", "[aws][membership]")
{
    auto unhealthy = instance("i-1"), stopping = instance("i-2");
    unhealthy.health = "Unhealthy";
    stopping.ec2->state = "shutting-down";
    CHECK(lifecycle_of(unhealthy) == lifecycle::terminating);
    CHECK(lifecycle_of(stopping) == lifecycle::terminating);
}

TEST_CASE("a member leaves after it was absent from three complete answers in a row", "[aws][membership]")
{
    asg_membership group({"web"}, {});
    group.observe(answer({instance("i-1"), instance("i-2")}));
    group.observe(answer({instance("i-2")}));
    group.observe(answer({instance("i-2")}));
    CHECK(ids(group) == names{"i-1", "i-2"});
    group.observe(answer({instance("i-1"), instance("i-2")}));  // it was there: the count begins anew
    group.observe(answer({instance("i-2")}));
    group.observe(answer({instance("i-2")}));
    CHECK(ids(group) == names{"i-1", "i-2"});
    group.observe(answer({instance("i-2")}));
    CHECK(ids(group) == names{"i-2"});
}

TEST_CASE("an answer that lists nobody is not believed", "[aws][membership]")
{
    asg_membership group({"web"}, {});
    group.observe(answer({instance("i-1")}));
    for (int i = 0; i < 10; ++i) CHECK(group.observe(answer({})) == poll_result::empty);
    CHECK(ids(group) == names{"i-1"});
}

TEST_CASE("a group that wants nobody loses its members once they are absent", "[aws][membership]")
{
    asg_membership group({"web"}, {});
    group.observe(answer({instance("i-1")}));
    auto none = answer({});
    none.wants_none = true;
    for (int i = 0; i < asg_membership::patience; ++i) CHECK(group.observe(none) == poll_result::success);
    CHECK(ids(group).empty());
}

TEST_CASE("while a named group is missing nobody leaves", "[aws][membership]")
{
    asg_membership group({"web", "spot"}, {});
    auto both = answer({instance("i-1"), instance("i-2")});
    both.found = {"web", "spot"};
    CHECK(group.observe(both) == poll_result::success);
    for (int i = 0; i < 10; ++i) CHECK(group.observe(answer({instance("i-2")})) == poll_result::partial);
    CHECK(ids(group) == names{"i-1", "i-2"});
    CHECK(group.missing() == names{"spot"});
    CHECK(group.observe({}) == poll_result::not_found);
    CHECK(ids(group) == names{"i-1", "i-2"});
}

TEST_CASE("an address that was known is kept while EC2 says nothing", "[aws][membership]")
{
    asg_membership group({"web"}, {});
    group.observe(answer({instance("i-1")}));
    auto silent = instance("i-1"), unknown = instance("i-2");
    silent.ec2.reset();
    unknown.ec2.reset();
    auto told = answer({silent, unknown});
    told.ec2_complete = false;
    CHECK(group.observe(told) == poll_result::partial);
    REQUIRE(ids(group) == names{"i-1"});
    CHECK(group.members()[0].address.to_string() == "10.0.11.5");
}

TEST_CASE("a pending instance without an address is no fault yet", "[aws][membership]")
{
    asg_membership group({"web"}, {});
    CHECK(group.observe(answer({instance("i-1"), instance("i-2", "Pending", "")})) == poll_result::success);
    CHECK(group.observe(answer({instance("i-1"), instance("i-2", "InService", "")})) == poll_result::partial);
    CHECK(ids(group) == names{"i-1"});
}

TEST_CASE("what was known before the first answer stays until it is contradicted", "[aws][membership]")
{
    member kept;
    kept.id = "i-9";
    kept.address = boost::asio::ip::make_address("10.0.11.9");
    asg_membership group({"web"}, {kept});
    CHECK(ids(group) == names{"i-9"});
    group.observe(answer({instance("i-9", "Terminating:Wait")}));
    REQUIRE(ids(group) == names{"i-9"});
    CHECK(group.members()[0].state == lifecycle::terminating);
    CHECK(group.members()[0].provider_state == "Terminating:Wait");
}

TEST_CASE("a group of several that suddenly lists nobody takes nobody away", "[aws][membership]")
{
    asg_membership group({"web", "spot"}, {});
    auto other = instance("i-2");
    other.auto_scaling_group = "spot";
    auto told = answer({instance("i-1"), other});
    told.found = {"web", "spot"};
    CHECK(group.observe(told) == poll_result::success);
    told.instances = {told.instances[0]};
    told.hollow = {"spot"};
    for (int i = 0; i < 2 * asg_membership::patience; ++i) CHECK(group.observe(told) == poll_result::partial);
    CHECK(ids(group) == names{"i-1", "i-2"});
    told.hollow.clear();  // it wants nobody now
    for (int i = 0; i < asg_membership::patience; ++i) group.observe(told);
    CHECK(ids(group) == names{"i-1"});
}

TEST_CASE("who was seen terminating leaves a group that lists nobody yet", "[aws][membership]")
{
    asg_membership group({"web", "spot"}, {});
    auto other = instance("i-2");
    other.auto_scaling_group = "spot";
    auto told = answer({instance("i-1"), other});
    told.found = {"web", "spot"};
    group.observe(told);
    told.instances.back().state = "Terminating";
    CHECK(group.observe(told) == poll_result::success);
    told.instances = {told.instances[0]};
    told.hollow = {"spot"};  // its successor is not there yet
    for (int i = 0; i < asg_membership::patience; ++i) CHECK(group.observe(told) == poll_result::success);
    CHECK(ids(group) == names{"i-1"});
}

TEST_CASE("a spot instance that is about to be taken back drains, and says why", "[aws][membership]")
{
    asg_membership group({"web"}, {});
    auto marked = instance("i-1");
    CHECK(group.observe(answer({marked})) == poll_result::success);
    marked.ec2->spot_notice = "marked-for-termination";
    CHECK(group.observe(answer({marked})) == poll_result::success);
    CHECK(group.members()[0].state == lifecycle::terminating);
    CHECK(group.members()[0].provider_state == "InService, marked-for-termination");
    CHECK(group.auto_scaling_groups() == names{"web"});
}

TEST_CASE("an instance that EC2 ends is not brought back by EC2's silence", "[aws][membership]")
{
    asg_membership group({"web"}, {});
    auto one = instance("i-1"), other = instance("i-2");
    group.observe(answer({one, other}));
    one.ec2->spot_notice = "marked-for-termination";
    other.ec2->state = "shutting-down";
    group.observe(answer({one, other}));
    const auto states = [&] { return std::pair(group.members()[0].state, group.members()[1].state); };
    const std::pair both(lifecycle::terminating, lifecycle::terminating);
    CHECK(states() == both);

    auto unknown = std::vector{instance("i-1"), instance("i-2")};
    for (auto& each : unknown) each.ec2.reset();
    auto silent = answer(std::move(unknown));
    silent.interruptions_known = silent.ec2_complete = false;
    CHECK(group.observe(silent) == poll_result::partial);
    CHECK(states() == both);
    auto unasked = answer({instance("i-1"), other});
    unasked.interruptions_known = false;
    group.observe(unasked);
    CHECK(states() == both);
    CHECK(group.members()[0].provider_state == "InService, marked-for-termination");
    group.observe(answer({instance("i-1"), instance("i-2")}));  // EC2 says otherwise
    CHECK(states() == std::pair(lifecycle::in_service, lifecycle::in_service));
}
