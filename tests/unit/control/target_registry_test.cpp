#include "lb/control/target_registry.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gatehouse;
using namespace std::chrono_literals;
using lb::target;
using lb::target_registry;

namespace {

struct fixture {
    service::log quiet{[](std::string_view) {}, service::log::format::logfmt};
    target_registry registry{quiet};
    conf::lb settings = [] {
        conf::lb made;
        made.target_groups = {group("web")};
        return made;
    }();
    std::vector<conf::target_group>& groups = settings.target_groups;

    static conf::target_group group(std::string name)
    {
        conf::target_group made;
        made.name = std::move(name);
        made.members = "house";
        made.port = 8000;
        made.deregistration_delay = 10s;
        return made;
    }
    static discovery::member member(std::string id, const char* address)
    {
        discovery::member made;
        made.id = std::move(id);
        made.address = boost::asio::ip::make_address(address);
        return made;
    }
    void house(std::vector<discovery::member> members, std::int64_t now = 0)
    {
        discovery::inventory all;
        auto one = std::make_shared<discovery::group_snapshot>();
        one->members = std::move(members);
        all["house"] = one;
        registry.apply(settings, all, now);
    }
    std::vector<std::string> routable() const
    {
        std::vector<std::string> ids;
        for (const auto& one : registry.sets().front()->members) ids.push_back(one.which->id());
        return ids;
    }
    std::shared_ptr<target> find(const std::string& id) const
    {
        for (const auto& group : registry.watched())
            for (const auto& one : *group.targets)
                if (one->id() == id) return one;
        return nullptr;
    }
};

using names = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(fixture, "a target is the same object over reloads and changes of the house", "[control][registry]")
{
    house({member("a", "127.0.0.1")});
    const auto first = find("a");
    first->set_health(target::health::healthy, "HTTP 200");
    groups.front().algorithm = conf::algorithm::least_outstanding_requests;
    house({member("a", "127.0.0.1"), member("b", "127.0.0.2")});
    CHECK(find("a") == first);
    CHECK(find("a")->current_health() == target::health::healthy);
    CHECK(routable() == names{"a", "b"});
}

TEST_CASE_METHOD(fixture, "another address is another target, and the old one drains", "[control][registry]")
{
    house({member("a", "127.0.0.1")});
    const auto old = find("a");
    old->lease();
    house({member("a", "127.0.0.9")});
    CHECK(routable() == names{"a"});
    CHECK(find("a") != old);
    CHECK(old->current_drain() == target::drain::draining);
    CHECK(find("a")->slot() != old->slot());
    old->release();
}

TEST_CASE_METHOD(fixture, "a removed target gets nothing new, and is forgotten when nothing runs on it",
                 "[control][registry]")
{
    house({member("a", "127.0.0.1"), member("b", "127.0.0.2")});
    const auto a = find("a");
    a->lease();
    house({member("b", "127.0.0.2")}, 1000);
    CHECK(routable() == names{"b"});
    CHECK(a->current_drain() == target::drain::draining);
    REQUIRE(registry.rows(1000).front().targets.size() == 2);
    CHECK(registry.rows(4000).front().targets.front().drain_seconds_left == 7);
    CHECK_FALSE(registry.advance(10'500));
    CHECK(registry.advance(11'100));
    CHECK(a->current_drain() == target::drain::expired);
    a->release();
    CHECK(registry.advance(11'200));
    CHECK(registry.rows(11'200).front().targets.size() == 1);
}

TEST_CASE_METHOD(fixture, "a member that comes back while it drains serves again", "[control][registry]")
{
    house({member("a", "127.0.0.1")});
    const auto a = find("a");
    a->lease();
    house({}, 1000);
    CHECK(routable().empty());
    house({member("a", "127.0.0.1")}, 2000);
    CHECK(find("a") == a);
    CHECK(routable() == names{"a"});
    a->release();
}

TEST_CASE_METHOD(fixture, "the operator drains and undrains by id", "[control][registry]")
{
    house({member("a", "127.0.0.1"), member("b", "127.0.0.2")});
    CHECK(registry.set_drained("web", "a", true, 0));
    CHECK(routable() == names{"b"});
    house({member("a", "127.0.0.1"), member("b", "127.0.0.2")}, 100);
    CHECK(routable() == names{"b"});
    CHECK(registry.set_drained("web", "a", false, 200));
    CHECK(routable() == names{"a", "b"});
    CHECK_FALSE(registry.set_drained("web", "x", true, 0));
    CHECK_FALSE(registry.set_drained("none", "a", true, 0));
}

TEST_CASE_METHOD(fixture, "what did not change is the very same in the next publication", "[control][registry]")
{
    groups.push_back(group("api"));
    groups.back().members = "other";
    discovery::inventory all;
    const auto told = [](discovery::member one) {
        return std::make_shared<const discovery::group_snapshot>(discovery::group_snapshot{"", {std::move(one)}, {}});
    };
    all["house"] = told(member("a", "127.0.0.1"));
    all["other"] = told(member("b", "127.0.0.2"));
    registry.apply(settings, all, 0);
    const auto before = registry.sets();
    const auto watched = registry.watched();
    all["house"] = told(member("a", "127.0.0.1"));  // said again
    all["other"] = told(member("c", "127.0.0.3"));
    registry.apply(settings, all, 0);
    CHECK(registry.sets()[0] == before[0]);
    CHECK(registry.sets()[1] != before[1]);
    CHECK(registry.watched()[0] == watched[0]);
    CHECK_FALSE(registry.watched()[1] == watched[1]);
    groups.front().port = 8001;
    registry.apply(settings, all, 0);
    REQUIRE(registry.sets()[0]->members.size() == 1);
    CHECK(registry.sets()[0]->members.front().which->endpoint().port() == 8001);
}

TEST_CASE_METHOD(fixture, "a group whose house is not known yet keeps what it has", "[control][registry]")
{
    house({member("a", "127.0.0.1")});
    registry.apply(settings, {}, 0);
    CHECK(routable() == names{"a"});
}

TEST_CASE_METHOD(fixture, "a group that left the configuration drains its targets", "[control][registry]")
{
    house({member("a", "127.0.0.1")});
    const auto a = find("a");
    a->lease();
    groups = {group("other")};
    house({member("a", "127.0.0.1")}, 1000);
    CHECK(a->current_drain() == target::drain::draining);
    CHECK(registry.sets().size() == 1);
    a->release();
}

TEST_CASE_METHOD(fixture, "members that are pending, terminating or in standby get no request", "[control][registry]")
{
    using discovery::lifecycle;
    auto pending = member("p", "127.0.0.1"), leaving = member("t", "127.0.0.2"), waiting = member("s", "127.0.0.3");
    pending.state = lifecycle::pending;
    leaving.state = lifecycle::terminating;
    waiting.state = lifecycle::standby;
    house({pending, leaving, waiting, member("z", "127.0.0.4")});
    CHECK(routable() == names{"z"});
}

TEST_CASE_METHOD(fixture, "slow start is for a target that joins others, not for a first batch", "[control][registry]")
{
    groups.front().slow_start = 30s;
    house({member("a", "127.0.0.1"), member("b", "127.0.0.2")});
    find("a")->set_health(target::health::healthy, "HTTP 200");
    registry.health_changed(*find("a"), target::health::initial, 5000);
    CHECK(find("a")->ramp_start() == 0);
    find("b")->set_health(target::health::healthy, "HTTP 200");
    registry.health_changed(*find("b"), target::health::initial, 6000);
    CHECK(find("b")->ramp_start() == 6000);
    find("b")->set_health(target::health::unhealthy, "HTTP 500");
    registry.health_changed(*find("b"), target::health::healthy, 7000);
    CHECK(find("b")->ramp_start() == 0);
}

TEST_CASE_METHOD(fixture, "a zone is shifted away for a while, and comes back by itself", "[control][registry]")
{
    using lb::tier;
    auto a = member("a", "127.0.0.1"), b = member("b", "127.0.0.2");
    a.zone = "za";
    b.zone = "zb";
    house({a, b});
    using shift = target_registry::shift;
    const auto where = [&](std::size_t i) { return registry.sets().front()->members.at(i).where; };
    CHECK(registry.shift_zone("zc", 60s, 0) == shift::unknown_zone);
    CHECK(registry.shift_zone("za", 60s, 0) == shift::nowhere_else);
    find("b")->set_health(target::health::healthy, "HTTP 200");
    CHECK(registry.shift_zone("za", 60s, 0) == shift::shifted);
    CHECK(where(0) == tier::away);
    CHECK(where(1) == tier::near);
    CHECK(registry.zones(10'000).front().away_seconds_left == 50);
    house({a, b}, 20'000);  // a reload changes nothing
    CHECK(where(0) == tier::away);
    CHECK_FALSE(registry.advance(59'999));
    CHECK(registry.advance(60'000));
    CHECK(where(0) == tier::near);
    CHECK_FALSE(registry.end_shift("za"));
}

TEST_CASE_METHOD(fixture, "the last zone with a healthy target is not shifted away", "[control][registry]")
{
    using shift = target_registry::shift;
    auto a = member("a", "127.0.0.1"), b = member("b", "127.0.0.2");
    a.zone = "za";
    b.zone = "zb";
    house({a, b});
    for (const auto* id : {"a", "b"}) find(id)->set_health(target::health::healthy, "HTTP 200");
    CHECK(registry.shift_zone("za", 60s, 0) == shift::shifted);
    CHECK(registry.shift_zone("zb", 60s, 0) == shift::nowhere_else);
    CHECK(registry.end_shift("za"));
    CHECK(registry.shift_zone("zb", 60s, 0) == shift::shifted);
}

TEST_CASE_METHOD(fixture, "the use of an instance is told over all its target groups", "[control][registry]")
{
    groups.push_back(group("api"));
    groups.back().deregistration_delay = 90s;
    house({member("a", "127.0.0.1"), member("b", "127.0.0.2")});
    find("a")->lease();
    const auto use = registry.usage_of({"a", "nobody"});
    REQUIRE(use.size() == 1);
    CHECK(use.at("a").in_use);
    CHECK(use.at("a").longest_delay == 90s);
    find("a")->release();
    CHECK_FALSE(registry.usage_of({"a"}).at("a").in_use);
}
