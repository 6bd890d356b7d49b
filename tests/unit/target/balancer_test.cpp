#include "tests/unit/target/allocations.hpp"
#include "tests/unit/target/group.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <set>

using namespace gatehouse;
using namespace gatehouse::lb::testing;
using lb::target;
constexpr auto least_outstanding = conf::algorithm::least_outstanding_requests;

TEST_CASE("an empty group has no target", "[balancer]")
{
    group web(0);
    CHECK(web.choose() == "none");
    CHECK_FALSE(fails_open(web.set));
    web.set.settings.algorithm = least_outstanding;
    CHECK(web.choose() == "none");
}

TEST_CASE("round robin takes the members in turn", "[balancer]")
{
    group web(3);
    const auto first = web.choose(), second = web.choose(), third = web.choose();
    CHECK(std::set{first, second, third}.size() == 3);
    CHECK(web.choose() == first);
    CHECK(web.choose() == second);
    CHECK(web.share(300) == shares{{"a", 100}, {"b", 100}, {"c", 100}});
}

TEST_CASE("round robin shares a failed member's turns evenly", "[balancer]")
{
    group web(4);
    web.fail('b');
    CHECK(web.share(300) == shares{{"a", 100}, {"c", 100}, {"d", 100}});
}

TEST_CASE("a draining member gets no request, whatever its health", "[balancer]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        group web(3, how);
        web['a'].set_drain(target::drain::draining);
        web['b'].set_drain(target::drain::expired);
        CHECK(web.share(10) == shares{{"c", 10}});
        web.fail('c');  // the group fails open, but never to a member that leaves
        CHECK(web.share(10) == shares{{"c", 10}});
    }
}

TEST_CASE("a group whose members all begin to drain serves until it is published anew", "[balancer]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        group web(3, how);
        for (const char id : {'a', 'b', 'c'}) web[id].set_drain(target::drain::draining);
        CHECK(web.choose() != "none");
        CHECK_FALSE(fails_open(web.set));
        web['a'].set_drain(target::drain::expired);
        web.fail('b');
        CHECK(web.share(10) == shares{{"c", 10}});
        web.fail('c');  // as it would fail open
        CHECK(web.share(10) == shares{{"b", 5}, {"c", 5}});
        web['b'].set_drain(target::drain::expired);
        web['c'].set_drain(target::drain::expired);
        CHECK(web.choose() == "none");
    }
}

TEST_CASE("a retry goes to a member that was not tried", "[balancer]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        group web(3, how);
        const std::array<const target*, 2> both{&web['a'], &web['c']};
        CHECK(web.share(10, {.tried = both}) == shares{{"b", 10}});
        const std::array<const target*, 3> all{&web['a'], &web['b'], &web['c']};
        CHECK(web.choose({.tried = all}) == "none");
        web.fail('b');
        CHECK(web.choose({.tried = both}) == "none");  // still healthy as a group: b is no candidate
    }
}

TEST_CASE("the least loaded member is chosen", "[balancer]")
{
    group web(3, least_outstanding);
    for (int i = 0; i < 3; ++i) web['a'].lease();
    web['b'].lease();
    web['c'].lease();
    web['c'].lease();
    CHECK(web.share(10) == shares{{"b", 10}});
    web.fail('b');
    CHECK(web.share(10) == shares{{"c", 10}});
    web['c'].lease();
    web['c'].lease();
    CHECK(web.share(10) == shares{{"a", 10}});
}

TEST_CASE("equally loaded members take turns", "[balancer]")
{
    group web(3, least_outstanding);
    CHECK(web.share(300) == shares{{"a", 100}, {"b", 100}, {"c", 100}});
    for (const char id : {'a', 'b', 'c'}) web[id].lease();
    CHECK(web.share(300) == shares{{"a", 100}, {"b", 100}, {"c", 100}});
    web['b'].lease();
    CHECK(web.share(300) == shares{{"a", 150}, {"c", 150}});
}

TEST_CASE("a group fails open below either minimum", "[balancer]")
{
    group web(4);
    auto& minimum = web.set.settings.minimum_healthy;
    web.fail('a');
    web.fail('b');
    SECTION("the default: one healthy member is enough")
    {
        CHECK(web.share(100) == shares{{"c", 50}, {"d", 50}});
        web.fail('c');
        CHECK(web.share(100) == shares{{"d", 100}});
        web.fail('d');
        CHECK(fails_open(web.set));
        CHECK(web.share(100) == shares{{"a", 25}, {"b", 25}, {"c", 25}, {"d", 25}});
    }
    SECTION("by count")
    {
        minimum.count = 2;
        CHECK_FALSE(fails_open(web.set));
        minimum.count = 3;
        CHECK(fails_open(web.set));
        CHECK(web.share(100) == shares{{"a", 25}, {"b", 25}, {"c", 25}, {"d", 25}});
    }
    SECTION("by percentage")
    {
        minimum = {.count = 1, .percentage = 50};
        CHECK_FALSE(fails_open(web.set));
        minimum.percentage = 51;
        CHECK(fails_open(web.set));
        web['a'].set_drain(target::drain::draining);  // who leaves is not counted: 2 of 3 are healthy
        CHECK_FALSE(fails_open(web.set));
    }
    SECTION("never, when both are off")
    {
        minimum = {.count = 0, .percentage = 0};
        web.fail('c');
        web.fail('d');
        CHECK(web.choose() == "none");
    }
}

TEST_CASE("a member that was never checked waits for its first pass", "[balancer]")
{
    group web(2);
    web['b'].set_health(target::health::initial, "Elb.InitialHealthChecking");
    CHECK(web.share(10) == shares{{"a", 10}});
}

TEST_CASE("the nearest tier serves while it can", "[balancer]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        group web(4, how);
        CHECK(web.share(100) == shares{{"a", 25}, {"b", 25}, {"c", 25}, {"d", 25}});
        web.tiers("nono");
        CHECK(web.share(100) == shares{{"a", 50}, {"c", 50}});
        const std::array<const target*, 1> a{&web['a']};
        CHECK(web.share(100, {.tried = a}) == shares{{"c", 100}});
        web.fail('a');
        web.fail('c');
        CHECK(web.share(100) == shares{{"b", 50}, {"d", 50}});
        web.tiers("naoa");
        CHECK(web.share(100) == shares{{"b", 50}, {"d", 50}});
    }
}

TEST_CASE("a zone that is shifted away serves when no other can", "[balancer]")
{
    group web(3);
    web.tiers("naa");
    CHECK(web.share(10) == shares{{"a", 10}});
    CHECK(lb::serving_tier(web.set) == lb::tier::near);
    web.fail('a');
    CHECK(web.share(10) == shares{{"b", 5}, {"c", 5}});
    CHECK(lb::serving_tier(web.set) == lb::tier::away);
}

TEST_CASE("a target that just refused a connection is passed over while others are left", "[balancer]")
{
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        group web(3, how);
        CHECK(web['b'].suspect());
        CHECK(web.share(10) == shares{{"a", 5}, {"c", 5}});
        web['a'].suspect();
        web['c'].suspect();
        CHECK(web.share(9) == shares{{"a", 3}, {"b", 3}, {"c", 3}});
        web['b'].clear_suspicion();
        CHECK(web.share(10) == shares{{"b", 10}});
    }
}

TEST_CASE("a repetition prefers another zone than those that failed it", "[balancer]")
{
    const std::array<std::uint64_t, 2> zones{lb::zone_hash("x"), lb::zone_hash("y")};
    const std::span<const std::uint64_t> x(zones.data(), 1);
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        group web(4, how);
        web.zones("xyxy");
        const std::array<const target*, 1> a{&web['a']};
        CHECK(web.share(10, {.tried = a, .failed_zones = x}) == shares{{"b", 5}, {"d", 5}});
        const std::array<const target*, 2> both{&web['a'], &web['b']};
        CHECK(web.share(10, {.tried = both, .failed_zones = zones}) == shares{{"c", 5}, {"d", 5}});
        web.fail('b');
        web.fail('d');
        CHECK(web.choose({.tried = a, .failed_zones = x}) == "c");
        web.zones("    ");
        CHECK(web.choose({.tried = a, .failed_zones = x}) == "c");
    }
}

TEST_CASE("a zone whose kept connection closed is avoided though nobody in it counts as tried", "[balancer]")
{
    const std::array<std::uint64_t, 1> x{lb::zone_hash("x")};
    group web(4);
    web.zones("xyxy");
    CHECK(web.share(10, {.failed_zones = x}) == shares{{"b", 5}, {"d", 5}});
    CHECK(web.choose({.sticky = lb::sticky_hash("web", "a"), .failed_zones = x}) == "a");
    web.zones("xxxx");
    CHECK(web.share(8, {.failed_zones = x}) == shares{{"a", 2}, {"b", 2}, {"c", 2}, {"d", 2}});
}

TEST_CASE("a repetition goes to a zone that is shifted away only when no other is left", "[balancer]")
{
    const std::array<std::uint64_t, 1> x{lb::zone_hash("x")};
    group web(4);
    web.zones("xxyy");
    web.tiers("nnaa");
    const std::array<const target*, 1> a{&web['a']};
    CHECK(web.share(10, {.tried = a, .failed_zones = x}) == shares{{"b", 10}});
    web['b'].suspect();
    CHECK(web.share(10, {.tried = a, .failed_zones = x}) == shares{{"c", 5}, {"d", 5}});
    web.tiers("nnoo");
    web['b'].clear_suspicion();
    CHECK(web.share(10, {.tried = a, .failed_zones = x}) == shares{{"c", 5}, {"d", 5}});
}

TEST_CASE("a tier whose members all just refused is left for the next", "[balancer]")
{
    group web(4);
    web.tiers("nnoo");
    web['a'].suspect();
    web['b'].suspect();
    CHECK(web.share(10) == shares{{"c", 5}, {"d", 5}});
    web['c'].suspect();
    web['d'].suspect();
    CHECK(web.share(10) == shares{{"a", 5}, {"b", 5}});
}

TEST_CASE("a tier follows from zone, cross_zone and shifts", "[balancer]")
{
    using lb::tier;
    using lb::tier_of;
    CHECK(tier_of("x", true, "y", false) == tier::near);
    CHECK(tier_of("x", false, "x", false) == tier::near);
    CHECK(tier_of("x", false, "y", false) == tier::other);
    CHECK(tier_of("x", false, "", false) == tier::near);
    CHECK(tier_of("x", false, "x", true) == tier::away);
    CHECK(tier_of("x", true, "", true) == tier::away);
}

TEST_CASE("a group that fails open stays in its zone only for a healthy member there", "[balancer]")
{
    group web(4);
    web.tiers("nono");
    web.set.settings.minimum_healthy.count = 2;
    for (const char id : {'b', 'c', 'd'}) web.fail(id);
    CHECK(web.share(100) == shares{{"a", 50}, {"c", 50}});
    web.fail('a');
    CHECK(web.share(100) == shares{{"a", 25}, {"b", 25}, {"c", 25}, {"d", 25}});
}

TEST_CASE("a sticky client keeps its target while it may serve", "[balancer]")
{
    group web(3);
    const lb::balancer::request asked{.sticky = lb::sticky_hash("web", "b")};
    CHECK(web.share(10, asked) == shares{{"b", 10}});
    SECTION("whatever the zone")
    {
        web.tiers("non");
        CHECK(web.choose(asked) == "b");
    }
    SECTION("not when its zone is shifted away, unless no other serves")
    {
        web.tiers("nan");
        CHECK(web.share(10, asked) == shares{{"a", 5}, {"c", 5}});
        web.fail('a');
        web.fail('c');
        CHECK(web.share(10, asked) == shares{{"b", 10}});
    }
    SECTION("not when it drains")
    {
        web['b'].set_drain(target::drain::draining);
        CHECK(web.share(10, asked) == shares{{"a", 5}, {"c", 5}});
    }
    SECTION("not when it fails")
    {
        web.fail('b');
        CHECK(web.share(10, asked) == shares{{"a", 5}, {"c", 5}});
    }
    SECTION("not when it was just tried")
    {
        const std::array<const target*, 1> tried{&web['b']};
        CHECK(web.share(10, {.sticky = asked.sticky, .tried = tried}) == shares{{"a", 5}, {"c", 5}});
    }
    SECTION("and any target when it is unknown")
    {
        CHECK(web.share(9, {.sticky = 1}) == shares{{"a", 3}, {"b", 3}, {"c", 3}});
    }
}

TEST_CASE("the turn survives a group that grows and shrinks", "[balancer]")
{
    group large(5), small(2);
    for (int i = 0; i < 3; ++i) large.chooser.choose(large.set, {});
    small.chooser = large.chooser;
    CHECK(small.share(10) == shares{{"a", 5}, {"b", 5}});
    large.chooser = small.chooser;
    CHECK(large.share(10) == shares{{"a", 2}, {"b", 2}, {"c", 2}, {"d", 2}, {"e", 2}});
}

TEST_CASE("balancers of different workers begin with different members", "[balancer]")
{
    group web(8);
    std::set<std::string> first;
    for (std::uint64_t seed = 1; seed <= 16; ++seed) {
        web.chooser = lb::balancer(seed);
        first.insert(web.choose());
    }
    CHECK(first.size() >= 5);
}

TEST_CASE("choosing allocates nothing", "[balancer]")
{
    group web(5);
    web.tiers("onono");
    web.set.settings.slow_start = std::chrono::seconds(30);
    web['b'].start_ramp(1);
    web.fail('d');
    const std::array<const target*, 1> tried{&web['b']};
    const std::array<std::uint64_t, 1> zones{lb::zone_hash("x")};
    const auto before = allocations();
    for (const auto how : {conf::algorithm::round_robin, least_outstanding}) {
        web.set.settings.algorithm = how;
        for (int i = 0; i < 20; ++i) {
            web.chooser.choose(web.set, {.now_ms = 5});
            web.chooser.choose(web.set, {.now_ms = 5, .sticky = 7, .tried = tried, .failed_zones = zones});
        }
    }
    CHECK(allocations() == before);
}
