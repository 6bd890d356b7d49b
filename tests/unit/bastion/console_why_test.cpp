#include "tests/unit/bastion/console_desk.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("why tells whom a name means, the decision and how each rule came to it", "[console]")
{
    console_desk desk;
    desk.rule("home", {"web"}).source = {{"198.51.100.0", 24}};
    desk.rule("dba", {"web"}).groups = {"dba"};
    auto& office = desk.rule("office", {"web"});
    office.between = conf::weekly_window{31, 8h, 19h, "UTC"};
    desk.rule("after", {"web"});
    const auto told = desk.ask("why back");
    CHECK(told.text == "name    back, a Name tag\n"
                       "server  i-0c, Name back, 10.0.0.3, web.3, in_service\n"
                       "port    22\n"
                       "policy  allowed by rule office until 2026-11-16T19:00:00Z\n"
                       "        RULE    VERDICT\n"
                       "        home    is for 198.51.100.0/24, not for 203.0.113.9\n"
                       "        office  allows it until 2026-11-16T19:00:00Z\n");
    CHECK(told.exit_status == 0);
}

TEST_CASE("why tells the reason of a refusal and the rule that came closest", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    const auto port = desk.ask("why i-0a 23");
    CHECK(port.exit_status == 1);
    CHECK_THAT(port.text, Contains("port    23\n"));
    CHECK_THAT(port.text, Contains("policy  refused, forbidden_port: rule ops comes closest\n"));
    CHECK_THAT(port.text, Contains("        ops   allows port 22, not 23\n"));
    CHECK_THAT(desk.text("why i-0t"), Contains("refused, terminating: rule ops"));
    desk.house["web"] = group("web", {server("i-0a", "169.254.169.254")}).second;
    const auto address = desk.ask("why i-0a");
    CHECK(address.exit_status == 1);
    CHECK_THAT(address.text, Contains("refused, forbidden_address: the bastion connects there for nobody\n"));
    CHECK_THAT(address.text, !Contains("allows it"));
}

TEST_CASE("why tells how a name was understood", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    CHECK_THAT(desk.text("why i-0a"), Contains("name    i-0a, an instance id\n"));
    CHECK_THAT(desk.text("why 10.0.0.1"), Contains("name    10.0.0.1, an address\n"));
    CHECK_THAT(desk.text("why web.2"), Contains("name    web.2, a server of web by its number\nserver  i-0b,"));
    CHECK_THAT(desk.text("why any.web"), Contains("name    any.web, any server of web, in service if one is"));
}

TEST_CASE("a server that the user's rules do not reach and one that is not there look alike", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    desk.rule("dba", {"db"}).groups = {"dba"};
    for (const auto* there : {"i-0d", "store", "10.0.2.1", "db.1", "any.db"}) {
        CAPTURE(there);
        const auto told = desk.ask("why " + std::string(there));
        CHECK(told.exit_status == 1);
        CHECK(told.text == "No server that your rules reach is called '" + std::string(there) +
                               "'. 'ls' lists those that you may reach now.\n");
    }
    CHECK(desk.text("why i-0x") ==
          "No server that your rules reach is called 'i-0x'. 'ls' lists those that you may reach now.\n");
    CHECK(desk.text("why i-0d 5432") == desk.text("why i-0d"));
    CHECK(desk.ask("why i-0x").exit_status == 1);
}

TEST_CASE("of a name of several servers why lists those that the user may reach, and no other", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    desk.rule("dba", {"db"}).groups = {"dba"};
    desk.house["db"] = group("db", {server("i-0d", "10.0.2.1", "front"), server("i-0e", "10.0.2.2", "back")}).second;
    const auto told = desk.ask("why front");
    CHECK(told.exit_status == 1);
    CHECK(told.text == "name    front, a Name tag\n"
                       "policy  refused, ambiguous: 2 servers have this name. Take the id or GROUP.N of one:\n"
                       "INSTANCE  NAME   ADDRESS   ZONE  GROUP.N  STATE       PORTS\n"
                       "i-0a      front  10.0.0.1  -     web.1    in_service  22\n"
                       "i-0b      front  10.0.0.2  -     web.2    in_service  22\n");
    CHECK_THAT(desk.text("why back"), Contains("allowed by rule ops") && !Contains("i-0e"));
}

TEST_CASE("a name may have blanks, and a number after it is a port unless somebody is called so", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    desk.house["web"] = group("web", {server("i-0a", "10.0.0.1", "app one"), server("i-0b", "10.0.0.2", "app 22"),
                                      server("i-0c", "10.0.0.3", "app")})
                            .second;
    CHECK_THAT(desk.text("why app one"), Contains("server  i-0a,") && Contains("port    22\n"));
    CHECK_THAT(desk.text("why app one  23"), Contains("server  i-0a,") && Contains("port    23\n"));
    CHECK_THAT(desk.text("why app 22"), Contains("server  i-0b,") && Contains("port    22\n"));
    CHECK_THAT(desk.text("why app 23"), Contains("server  i-0c,") && Contains("port    23\n"));
    for (const auto* command : {"why app 0", "why app 65536", "why app 99999999999999999999"}) {
        CAPTURE(command);
        CHECK(desk.ask(command).exit_status == 2);
    }
}

TEST_CASE("a port does not betray that somebody out of reach is called so", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    desk.rule("dba", {"db"}).groups = {"dba"};
    desk.house["db"] = group("db", {server("i-0d", "10.0.2.1", "back 23")}).second;
    CHECK_THAT(desk.text("why back 23"), Contains("server  i-0c,") && Contains("port    23\n"));
}

TEST_CASE("why tells when the key forbids what the rules allow", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    desk.permitted = {{"i-0a", 22}};
    CHECK(desk.ask("why i-0a").exit_status == 0);
    const auto other = desk.ask("why i-0b");
    CHECK(other.exit_status == 1);
    CHECK_THAT(other.text, Contains("allowed by rule ops") &&
                               Contains("\nkey     Your key allows jumps only to i-0a:22, by these very names.\n"));
    desk.may_forward = false;
    CHECK(desk.ask("why i-0a").exit_status == 1);
    CHECK_THAT(desk.text("why i-0a"), Contains("\nkey     Your key allows no jumps.\n"));
}
