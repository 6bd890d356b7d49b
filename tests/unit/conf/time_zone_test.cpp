#include "conf/time_zone.hpp"
#include "tests/unit/conf/scratch.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;

TEST_CASE("a time zone is a file of the tz database", "[conf][time_zone]")
{
    const scratch folder;
    folder.write("Europe/London", "TZif2...");
    folder.write("Europe/Lisbon", "TZif2...");
    folder.write("leapseconds", "# no zone");
    folder.write("Mars", "# nor this");
    const auto zones = folder.path("");
    const auto told = [&](const std::string& name) { return check_time_zone(name, zones).value_or("fine"); };
    CHECK(told("Europe/London") == "fine");
    CHECK(told("Europe/Lodnon") ==
          "there is no time zone 'Europe/Lodnon' in " + zones + ", did you mean 'Europe/London'?");
    CHECK(told("leapseconds") == "there is no time zone 'leapseconds' in " + zones + "");
    CHECK(told("Europe") == "there is no time zone 'Europe' in " + zones);
    CHECK(told("Moon/Tycho") == "there is no time zone 'Moon/Tycho' in " + zones);
}

TEST_CASE("UTC needs no tz database", "[conf][time_zone]")
{
    CHECK_FALSE(check_time_zone("UTC", "/nowhere").has_value());
    CHECK(check_time_zone("Europe/London", "/nowhere") == "there is no time zone 'Europe/London' in /nowhere");
}
