#include "discovery/provider_setup.hpp"

#include "discovery/dns_provider.hpp"
#include "discovery/file_provider.hpp"
#include "discovery/instances_provider.hpp"
#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::discovery;
using list = std::vector<std::string>;

TEST_CASE("each kind of source has its provider and its label", "[discovery][provider]")
{
    boost::asio::io_context loop;
    stage::recorded_log out;
    const auto made = [&](const conf::group& settings) {
        return make_provider(settings, provider_setup(loop.get_executor(), out.log));
    };
    const conf::group listed{"a", conf::instances_source{}}, file{"b", conf::file_source{"/nowhere"}},
        dns{"c", conf::dns_source{"c.example"}};
    CHECK(dynamic_cast<instances_provider*>(made(listed).get()));
    CHECK(dynamic_cast<file_provider*>(made(file).get()));
    CHECK(dynamic_cast<dns_provider*>(made(dns).get()));
    CHECK(provider_name(listed) == "instances");
    CHECK(provider_name(file) == "file");
    CHECK(provider_name(dns) == "dns");
}

TEST_CASE("listed instances are published from inside start", "[discovery][provider]")
{
    boost::asio::io_context loop;
    stage::recorded_log out;
    const conf::instances_source source{
        {{"", "10.0.12.5", "", "", {}}, {"api-1", "fd00::5", "eu-west-2a", "one", 81}}};
    instances_provider listed("api", source, provider_setup(loop.get_executor(), out.log));
    std::shared_ptr<const group_snapshot> told;
    listed.start([&](auto snapshot) { told = snapshot; });
    REQUIRE(told);
    CHECK(told->group == "api");
    CHECK(stage::ids(*told) == list{"10.0.12.5", "api-1"});
    CHECK(told->members[1].address == stage::ip("fd00::5"));
    CHECK(told->members[1].zone == "eu-west-2a");
    CHECK(told->members[1].name == "one");
    CHECK(told->members[1].port == 81);
    CHECK(told->members[1].state == lifecycle::in_service);
}

TEST_CASE("an address the parser would refuse is a bug", "[discovery][provider]")
{
    CHECK_THROWS_AS(to_member({"a", "web.example", "", "", {}}), std::logic_error);
}
