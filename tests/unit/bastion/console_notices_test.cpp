#include "bastion/console/notices.hpp"

#include "bastion/console/time_left.hpp"
#include "tests/unit/bastion/console_desk.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace std::chrono_literals;

namespace {

std::string told(const console_desk& desk)
{
    const auto rules = desk.rules();
    return notices({rules, desk.name, boost::asio::ip::make_address(desk.source), desk.ca, desk.ends, desk.last_denial,
                    desk.now});
}

}  // namespace

TEST_CASE("who has nothing to be told is told nothing", "[console]")
{
    console_desk desk;
    desk.rule("ops", {"web"});
    desk.ends = desk.now + 24h + 1s;
    CHECK(told(desk).empty());
}

TEST_CASE("a bastion that is stopping says so", "[console]")
{
    console_desk desk;
    desk.draining = true;
    CHECK(told(desk) ==
          "gatehouse: this bastion is stopping: open sessions may go on for a while, new ones go elsewhere\r\n");
}

TEST_CASE("a key or certificate that ends within a day says so", "[console]")
{
    console_desk desk;
    desk.ends = desk.now + 24h;
    CHECK(told(desk) == "gatehouse: your key ends at 2026-11-17T12:00:00Z (in 1 d)\r\n");
    desk.ends = desk.now + 59s;
    desk.ca = "SHA256:ca";
    CHECK(told(desk) == "gatehouse: your certificate ends at 2026-11-16T12:00:59Z (in 59 s)\r\n");
}

TEST_CASE("the last refusal is told, on a line of its own whatever it holds", "[console]")
{
    console_desk desk;
    desk.last_denial = "i-0a\r\nfake port 23: forbidden_port by rule ops";
    CHECK(told(desk) == "gatehouse: last refusal: i-0a\\r\\nfake port 23: forbidden_port by rule ops; "
                        "`ssh BASTION why NAME` tells more\r\n");
}

TEST_CASE("access that ends within a quarter of an hour says so", "[console]")
{
    console_desk desk;
    auto& office = desk.rule("office", {"web", "db"});
    office.between = conf::weekly_window{31, 8h, 12h + 15min, "UTC"};
    office.ports = {22, 2222};
    CHECK(told(desk) == "gatehouse: access to db, web by rule office ends at 2026-11-16T12:15:00Z (in 15 min)\r\n");
    office.between->end = 12h + 16min;
    CHECK(told(desk).empty());
}

TEST_CASE("access that goes on by another rule does not end", "[console]")
{
    console_desk desk;
    desk.rule("first", {"web"}).expires = desk.now + 5min;
    SECTION("for good")
    {
        desk.rule("second", {"web"});
        CHECK(told(desk).empty());
    }
    SECTION("for a while, and then it ends with the other")
    {
        desk.rule("second", {"web"}).expires = desk.now + 10min;
        CHECK(told(desk) == "gatehouse: access to web by rule second ends at 2026-11-16T12:10:00Z (in 10 min)\r\n");
    }
    SECTION("but not for others or from elsewhere")
    {
        desk.rule("theirs", {"web"}).groups = {"dba"};
        desk.rule("home", {"web"}).source = {{"198.51.100.0", 24}};
        CHECK(told(desk) == "gatehouse: access to web by rule first ends at 2026-11-16T12:05:00Z (in 5 min)\r\n");
    }
}

TEST_CASE("of many rules and groups that end five are told", "[console]")
{
    console_desk desk;
    for (int at = 0; at < 9; ++at) {
        console_desk::strings groups;
        for (int one = 0; one < 7; ++one) groups.push_back('g' + std::to_string(at) + std::to_string(one));
        desk.rule("r" + std::to_string(at), groups).expires = desk.now + 5min;
    }
    const auto text = told(desk);
    CHECK(std::ranges::count(text, '\n') == 5);
    CHECK_THAT(text, Catch::StartsWith("gatehouse: access to g00, g01, g02, g03, g04 and 2 more by rule r0 ends"));
}

TEST_CASE("a span of time is told in at most two units", "[console]")
{
    CHECK(span_text(-5s) == "0 s");
    CHECK(span_text(59s) == "59 s");
    CHECK(span_text(60s) == "1 min");
    CHECK(span_text(3599s) == "59 min");
    CHECK(span_text(3600s) == "1 h");
    CHECK(span_text(3h + 20min + 59s) == "3 h 20 min");
    CHECK(span_text(24h) == "1 d");
    CHECK(span_text(51h) == "2 d 3 h");
    CHECK(until_text(utc("2026-03-01 09:05:07"), utc("2026-03-01 09:05:07")) == "2026-03-01T09:05:07Z (over)");
}
