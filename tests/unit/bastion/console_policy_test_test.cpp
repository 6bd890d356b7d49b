#include "bastion/console/policy_test.hpp"

#include "tests/unit/bastion/console_desk.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace std::chrono_literals;

namespace {

std::string told(const console_desk& desk, std::string_view user, std::string_view to, std::uint16_t port = 22)
{
    const auto rules = desk.rules();
    return boost::json::serialize(to_json(
        test_policy(rules, {user, rules.people->groups_of(user), boost::asio::ip::make_address("203.0.113.9"), to, port,
                            desk.now})));
}

}  // namespace

TEST_CASE("a policy test that is allowed tells the rule, the server and until when", "[console]")
{
    console_desk desk;
    desk.rule("dba", {"web"}).groups = {"dba"};
    desk.rule("ops", {"web"}).expires = desk.now + 1h;
    CHECK(told(desk, "alice", "back") ==
          R"({"allowed":true,"user_known":true,"groups":["ops"],"rule":"ops","instance":"i-0c","name":"back",)"
          R"("group":"web","address":"10.0.0.3","port":22,"until":1794834000,"rules":[)"
          R"({"rule":"dba","matches":false,"text":"is for groups dba, not for alice"},)"
          R"({"rule":"ops","matches":true,"text":"allows it until 2026-11-16T13:00:00Z"}],"candidates":[]})");
}

TEST_CASE("a policy test that is refused tells the reason and, to operators, the server", "[console]")
{
    console_desk desk;
    desk.rule("dba", {"db"}).groups = {"dba"};
    CHECK(told(desk, "carol", "i-0d", 5432) ==
          R"({"allowed":false,"reason":"forbidden_target","user_known":false,"groups":[],"instance":"i-0d",)"
          R"("name":"store","group":"db","address":"10.0.2.1","port":5432,"rules":[)"
          R"({"rule":"dba","matches":false,"text":"is for groups dba, not for carol"}],"candidates":[]})");
    CHECK(told(desk, "bob", "i-0d", 5432) ==
          R"({"allowed":false,"reason":"forbidden_port","user_known":true,"groups":["dba"],"rule":"dba",)"
          R"("instance":"i-0d","name":"store","group":"db","address":"10.0.2.1","port":5432,"rules":[)"
          R"({"rule":"dba","matches":false,"text":"allows port 22, not 5432"}],"candidates":[]})");
}

TEST_CASE("a policy test of a name that nobody has, or several, tells so", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    CHECK(told(desk, "alice", "i-0x") ==
          R"({"allowed":false,"reason":"unknown_target","user_known":true,"groups":["ops"],)"
          R"("port":22,"rules":[],"candidates":[]})");
    CHECK(told(desk, "alice", "front") ==
          R"({"allowed":false,"reason":"ambiguous","user_known":true,"groups":["ops"],"port":22,"rules":[],)"
          R"("candidates":[{"id":"i-0a","name":"front","group":"web","address":"10.0.0.1"},)"
          R"({"id":"i-0b","name":"front","group":"web","address":"10.0.0.2"}]})");
}
