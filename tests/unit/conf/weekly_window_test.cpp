#include "conf/weekly_window.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gatehouse::conf;
using namespace std::chrono_literals;

TEST_CASE("a weekly window has days, times and a zone", "[conf][weekly_window]")
{
    CHECK(parse_weekly_window("Mon-Fri 08:00-19:00 Europe/London") ==
          weekly_window{0b0011111, 8h, 19h, "Europe/London"});
    CHECK(parse_weekly_window("Sat,Sun 22:00-06:00") == weekly_window{0b1100000, 22h, 6h, "UTC"});
    CHECK(parse_weekly_window("08:30-12:05") == weekly_window{0x7f, 8h + 30min, 12h + 5min, "UTC"});
    CHECK(parse_weekly_window("00:00-24:00 Etc/GMT+5") == weekly_window{0x7f, 0min, 24h, "Etc/GMT+5"});
    CHECK(parse_weekly_window("Wed 23:59-00:00 America/Port-au-Prince") ==
          weekly_window{0b0000100, 23h + 59min, 0min, "America/Port-au-Prince"});
}

TEST_CASE("days are single ones, ranges and lists of both", "[conf][weekly_window]")
{
    const auto days = [](const std::string& text) {
        const auto parsed = parse_weekly_window(text + " 00:00-24:00");
        return parsed ? parsed->days : 0;
    };
    CHECK(days("Mon") == 0b0000001);
    CHECK(days("Sun") == 0b1000000);
    CHECK(days("Mon-Sun") == 0b1111111);
    CHECK(days("Tue-Tue") == 0b0000010);
    CHECK(days("Fri-Mon") == 0b1110001);
    CHECK(days("Mon-Wed,Fri") == 0b0010111);
    CHECK(days("Sun,Mon,Sun") == 0b1000001);
}

TEST_CASE("a window in another form is none", "[conf][weekly_window]")
{
    for (const auto* text :
         {"", " ", "always", "Mon-Fri", "Mon-Fri ", "mon 08:00-09:00", "Monday 08:00-09:00", "Mon, 08:00-09:00",
          "Mon,,Tue 08:00-09:00", ",Mon 08:00-09:00", "Mon- 08:00-09:00", "-Mon 08:00-09:00", "Mon-Tue-Wed 08:00-09:00",
          "Mon Tue 08:00-09:00", "Mon  08:00-09:00", " 08:00-09:00", "08:00-09:00 ", "8:00-9:00", "08:00", "08:00-",
          "-09:00", "08:00-09:00-10:00", "08:00 - 09:00", "0800-0900", "24:00-08:00", "08:00-24:01", "08:60-09:00",
          "25:00-26:00", "+8:00-09:00", "08:00-0x:10", "08:00-09:00 Mon x"})
        CHECK_FALSE(parse_weekly_window(text).has_value());
}

TEST_CASE("no zone leads out of the folder of zones", "[conf][weekly_window]")
{
    for (const auto* zone :
         {"..", "../../etc/passwd",
          "Europe/../../x", "/etc/localtime", "./UTC", "Europe//London", "Europe/", "Europe/.",
          "posix/Europe/London", "right/UTC", "zone.tab", "Europe/London Paris", "Europe/L\xc3\xb6ndon", "-UTC"})
        CHECK_FALSE(parse_weekly_window(std::string("08:00-09:00 ") + zone).has_value());
}
