#include "lb/target/target_set.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;
namespace ip = boost::asio::ip;

namespace {

ip::tcp::endpoint at(const char* address, std::uint16_t port)
{
    return {ip::make_address(address), port};
}

}  // namespace

TEST_CASE("a target says who and where it is", "[target]")
{
    const target web("web", "i-1", at("10.0.1.5", 80), 7);
    CHECK(web.group() == "web");
    CHECK(web.id() == "i-1");
    CHECK(web.endpoint() == at("10.0.1.5", 80));
    CHECK(web.slot() == 7);
    CHECK(web.address_text() == "10.0.1.5:80");
    CHECK(target("web", "i-2", at("fd00::1", 8080), 8).address_text() == "[fd00::1]:8080");
}

TEST_CASE("a target begins active, unchecked and idle", "[target]")
{
    target web("web", "i-1", at("10.0.1.5", 80), 0);
    CHECK(web.current_health() == target::health::initial);
    CHECK(web.about.health_reason == "Elb.InitialHealthChecking");
    CHECK(web.current_drain() == target::drain::active);
    CHECK(web.in_flight() == 0);
    CHECK(web.ramp_start() == 0);
    web.set_health(target::health::unhealthy, "Target.Timeout");
    CHECK(web.current_health() == target::health::unhealthy);
    CHECK(web.about.health_reason == "Target.Timeout");
}

TEST_CASE("leases are counted until they are released", "[target]")
{
    target web("web", "i-1", at("10.0.1.5", 80), 0);
    web.lease();
    web.lease();
    CHECK(web.in_flight() == 2);
    web.release();
    CHECK(web.in_flight() == 1);
}

TEST_CASE("a suspicion is raised once until it is cleared", "[target]")
{
    target web("web", "i-1", at("10.0.1.5", 80), 0);
    CHECK(web.suspect());
    CHECK_FALSE(web.suspect());
    web.clear_suspicion();
    CHECK(web.suspect());
}

TEST_CASE("what workers write lies in one cache line of its own", "[target]")
{
    CHECK(alignof(target) == 64);
    CHECK(sizeof(target) % 64 == 0);
}

TEST_CASE("a sticky hash is the same on every node and different for every target", "[target]")
{
    CHECK(sticky_hash("web", "i-0abc") == sticky_hash("web", "i-0abc"));
    CHECK(sticky_hash("web", "i-0abc") ==
          0xca38a1f791b6f716U);  // clients hold these: a change loses every session
    CHECK(sticky_hash("web", "i-0abc") != sticky_hash("web", "i-0abd"));
    CHECK(sticky_hash("web", "i-0abc") != sticky_hash("api", "i-0abc"));
    CHECK(sticky_hash("ab", "c") != sticky_hash("a", "bc"));
    CHECK(sticky_hash("web", "") != sticky_hash("", "web"));
}
