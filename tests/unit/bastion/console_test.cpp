#include "tests/unit/bastion/console_desk.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("without a command one reads who one is and what one may reach", "[console]")
{
    console_desk desk;
    auto& office = desk.rule("office", {"web"});
    office.between = conf::weekly_window{31, 8h, 19h, "UTC"};
    office.groups = {"ops"};
    desk.rule("dba", {"db"}).groups = {"dba"};
    auto& home = desk.rule("home", {"web", "absent"});
    home.source = {{"198.51.100.0", 24}};
    home.ports = {22, 2222};
    desk.rule("always", {"db"}).terminating = true;
    desk.house["db"] = group("db", {server("i-0d", "10.0.2.1"),
                                    server("i-0e", "10.0.2.2", "", discovery::lifecycle::terminating)})
                           .second;
    CHECK(desk.text("") ==
          "you     alice, of ops\n"
          "key     SHA256:key\n"
          "from    203.0.113.9\n"
          "\n"
          "You may reach\n"
          "  GROUP   PORTS    SERVERS  RULE    WHEN\n"
          "  web     22       3        office  until 2026-11-16T19:00:00Z (in 7 h), Mon-Fri 08:00-19:00 UTC\n"
          "  web     22,2222  3        home    not now: is for 198.51.100.0/24, not for 203.0.113.9\n"
          "  absent  22,2222  0        home    not now: is for 198.51.100.0/24, not for 203.0.113.9\n"
          "  db      22       2        always  always\n"
          "\n"
          "This is a jump host: `ssh -J BASTION NAME` takes you further. Try 'help'.\n");
    CHECK(desk.ask("").exit_status == 0);
    CHECK(desk.text(" \n") == desk.text(""));
}

TEST_CASE("what limits the login is told without a command", "[console]")
{
    console_desk desk;
    desk.ca = "SHA256:ca";
    desk.ends = desk.now + 3h + 20min;
    desk.last_denial = "i-0d port 23: forbidden_port by rule dba";
    desk.draining = true;
    const auto told = desk.text("");
    CHECK_THAT(told, Contains("CA      SHA256:ca\n"));
    CHECK_THAT(told, Contains("until   2026-11-16T15:20:00Z (in 3 h 20 min)\n"));
    CHECK_THAT(told, Contains("No rule lets you reach any server.\n"));
    CHECK_THAT(told, Contains("Last refusal: i-0d port 23: forbidden_port by rule dba\n"));
    CHECK_THAT(told, Contains("This bastion is stopping"));
}

TEST_CASE("a key that lets its holder do less than the rules is told of", "[console]")
{
    console_desk desk;
    desk.rule("all", {"web"});
    CHECK_THAT(desk.text(""), !Contains("Your key"));
    desk.permitted = {{"i-0a", 22}, {"*", {}}};
    CHECK_THAT(desk.text(""), Contains("\nYour key allows jumps only to i-0a:22, *:*, by these very names.\n"));
    CHECK_THAT(desk.text("ls"), Contains("\nYour key allows jumps only to i-0a:22, *:*, by these very names.\n"));
    desk.may_forward = false;
    desk.ca = "SHA256:ca";
    CHECK_THAT(desk.text(""), Contains("\nYour certificate allows no jumps.\n"));
    CHECK(desk.text("ls") == "You may reach no server now.\nYour certificate allows no jumps.\n");
}

TEST_CASE("whoami is for programs to read", "[console]")
{
    console_desk desk;
    desk.user("carol", {"ops", "dba"});
    desk.name = "carol";
    desk.source = "::ffff:203.0.113.9";
    CHECK(desk.text("whoami") == "user: carol\ngroups: ops,dba\nadmin: no\nkey: SHA256:key\nsource: 203.0.113.9\n"
                                 "session: s-own\nforwarding: yes\n");
    desk.name = "root";
    desk.ca = "SHA256:ca";
    desk.ends = desk.now;
    desk.may_forward = false;
    CHECK(desk.text("whoami") == "user: root\nadmin: yes\nkey: SHA256:key\nca: SHA256:ca\nsource: 203.0.113.9\n"
                                 "session: s-own\nends: 2026-11-16T12:00:00Z\nforwarding: no\n");
}

TEST_CASE("what is no command is told so, and that there is no shell", "[console]")
{
    const console_desk desk;
    for (const auto* command : {"scp -t /tmp", "WHOAMI", "ls;id", "whoami;", "-c", "''"}) {
        CAPTURE(command);
        const auto told = desk.ask(command);
        CHECK(told.exit_status == 127);
        CHECK(told.end_session.empty());
    }
    CHECK(desk.text("scp -t /tmp") ==
          "This is a jump host: there is no shell, and 'scp' does not run here. Try 'help'.\n");
}

TEST_CASE("a command with too few or too many words tells its usage", "[console]")
{
    const console_desk desk;
    for (const auto* command : {"why", "kill", " why  ", "whoami x", "sessions x", "config x", "help x"}) {
        CAPTURE(command);
        const auto told = desk.ask(command);
        CHECK(told.exit_status == 2);
        CHECK_THAT(told.text, Catch::StartsWith("usage: "));
    }
    CHECK(desk.text("why") == "usage: why NAME [PORT]\n");
}

TEST_CASE("help names every command", "[console]")
{
    const console_desk desk;
    CHECK(desk.ask("help").exit_status == 0);
    for (const auto* command : {"whoami", "ls [NAME]", "why NAME [PORT]", "sessions", "kill ID", "config", "help"})
        CHECK_THAT(desk.text("help"), Contains("\n  " + std::string(command) + "  "));
}
