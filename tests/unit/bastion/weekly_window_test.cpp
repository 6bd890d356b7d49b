#include "bastion/policy/weekly_window.hpp"

#include "bastion/utc_text.hpp"
#include "tests/unit/bastion/utc.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace gatehouse::bastion;
using namespace std::chrono_literals;
namespace conf = gatehouse::conf;

namespace {

constexpr std::uint8_t monday = 1, friday = 16, saturday = 32, sunday = 64, weekdays = 31, every_day = 127;

weekly_window window(std::uint8_t days, std::chrono::minutes begin, std::chrono::minutes end, const char* zone = "UTC")
{
    return weekly_window({days, begin, end, zone});
}

// "closed", or when it closes.
std::string at(const weekly_window& asked, const char* when)
{
    const auto until = asked.open_until(utc(when));
    return until ? utc_text(*until) : "closed";
}

std::string next(const weekly_window& asked, const char* when)
{
    const auto opens = asked.opens_after(utc(when));
    return opens ? utc_text(*opens) : "never";
}

}  // namespace

// 2026-11-16 is a Monday.
TEST_CASE("a window is open from its begin to before its end", "[weekly_window]")
{
    const auto office = window(weekdays, 8h, 19h);
    CHECK(at(office, "2026-11-16 07:59:59") == "closed");
    CHECK(at(office, "2026-11-16 08:00:00") == "2026-11-16T19:00:00Z");
    CHECK(at(office, "2026-11-16 18:59:59") == "2026-11-16T19:00:00Z");
    CHECK(at(office, "2026-11-16 19:00:00") == "closed");
}

TEST_CASE("a window is closed on other days", "[weekly_window]")
{
    const auto office = window(weekdays, 8h, 19h);
    CHECK(at(office, "2026-11-20 12:00:00") == "2026-11-20T19:00:00Z");
    CHECK(at(office, "2026-11-21 12:00:00") == "closed");
    CHECK(at(office, "2026-11-22 12:00:00") == "closed");
    CHECK(at(window(sunday, 0h, 24h), "2026-11-22 23:59:59") == "2026-11-23T00:00:00Z");
    CHECK(at(window(sunday, 0h, 24h), "2026-11-23 00:00:00") == "closed");
    CHECK(at(window(monday, 0h, 24h), "2026-11-22 23:59:59") == "closed");
}

TEST_CASE("a window whose end is not after its begin reaches into the next day", "[weekly_window]")
{
    const auto night = window(friday, 22h, 6h);
    CHECK(at(night, "2026-11-20 21:59:59") == "closed");
    CHECK(at(night, "2026-11-20 22:00:00") == "2026-11-21T06:00:00Z");
    CHECK(at(night, "2026-11-21 05:59:59") == "2026-11-21T06:00:00Z");
    CHECK(at(night, "2026-11-21 06:00:00") == "closed");
    CHECK(at(night, "2026-11-20 05:00:00") == "closed");  // Thursday's night is none of it
    CHECK(at(window(sunday, 22h, 6h), "2026-11-23 01:00:00") == "2026-11-23T06:00:00Z");
    CHECK(at(window(monday, 9h, 9h), "2026-11-17 08:59:59") == "2026-11-17T09:00:00Z");
    CHECK(at(window(monday, 24h, 24h), "2026-11-18 23:59:59") == "closed");
    CHECK(at(window(monday, 24h, 24h), "2026-11-17 12:00:00") == "2026-11-18T00:00:00Z");
}

TEST_CASE("windows that touch are one", "[weekly_window]")
{
    CHECK(at(window(weekdays, 0h, 24h), "2026-11-16 12:00:00") == "2026-11-21T00:00:00Z");
    CHECK(at(window(saturday | sunday, 12h, 12h), "2026-11-21 12:00:00") == "2026-11-23T12:00:00Z");
    const auto always = window(every_day, 0h, 24h);
    const auto now = utc("2026-11-18 12:00:00");
    REQUIRE(always.open_until(now));
    CHECK(*always.open_until(now) >= now + 7 * 24h);
}

TEST_CASE("a window keeps the wall clock of its zone", "[weekly_window]")
{
    const auto office = window(weekdays, 8h, 19h, "Europe/London");
    CHECK(at(office, "2026-01-12 07:59:59") == "closed");  // GMT
    CHECK(at(office, "2026-01-12 08:00:00") == "2026-01-12T19:00:00Z");
    CHECK(at(office, "2026-07-13 06:59:59") == "closed");  // BST
    CHECK(at(office, "2026-07-13 07:00:00") == "2026-07-13T18:00:00Z");
    const auto kolkata = window(monday, 0h, 1h, "Asia/Kolkata");
    CHECK(at(kolkata, "2026-11-15 18:30:00") == "2026-11-15T19:30:00Z");  // still Sunday in UTC
    const auto apia = window(monday, 0h, 1h, "Pacific/Apia");             // UTC+13
    CHECK(at(apia, "2026-11-15 11:00:00") == "2026-11-15T12:00:00Z");
    const auto honolulu = window(sunday, 23h, 24h, "Pacific/Honolulu");  // UTC-10
    CHECK(at(honolulu, "2026-11-16 09:30:00") == "2026-11-16T10:00:00Z");
}

// In London, on 2026-03-29 the clock jumps from 01:00 to 02:00, which is 01:00 UTC.
TEST_CASE("a time that the clock skips is the moment it jumps", "[weekly_window]")
{
    CHECK(at(window(sunday, 1h + 30min, 5h, "Europe/London"), "2026-03-29 00:59:59") == "closed");
    CHECK(at(window(sunday, 1h + 30min, 5h, "Europe/London"), "2026-03-29 01:00:00") == "2026-03-29T04:00:00Z");
    CHECK(at(window(sunday, 0h, 1h + 30min, "Europe/London"), "2026-03-29 00:59:59") == "2026-03-29T01:00:00Z");
    const auto skipped = window(sunday, 1h + 10min, 1h + 50min, "Europe/London");
    CHECK(at(skipped, "2026-03-29 00:59:59") == "closed");
    CHECK(at(skipped, "2026-03-29 01:00:00") == "closed");
    CHECK(next(skipped, "2026-03-28 12:00:00") == "2026-04-05T00:10:00Z");
}

// In London, on 2026-10-25 the clock goes from 02:00 back to 01:00, which is 01:00 UTC.
TEST_CASE("a time that the clock shows twice is the first of the two", "[weekly_window]")
{
    const auto early = window(sunday, 0h, 1h + 30min, "Europe/London");
    CHECK(at(early, "2026-10-25 00:29:59") == "2026-10-25T00:30:00Z");
    CHECK(at(early, "2026-10-25 00:30:00") == "closed");
    CHECK(at(early, "2026-10-25 01:15:00") == "closed");  // 01:15 again
    const auto late = window(sunday, 1h + 30min, 5h, "Europe/London");
    CHECK(at(late, "2026-10-25 00:30:00") == "2026-10-25T05:00:00Z");
    CHECK(at(late, "2026-10-25 01:15:00") == "2026-10-25T05:00:00Z");  // 01:15 again: it has begun
}

// In Asuncion the clock went from 24:00 on Saturday 2024-03-23 back to 23:00, in St. John's from 00:01 on Sunday
// 2010-11-07, which is 02:31 UTC, back to 23:01.
TEST_CASE("a clock that is put back over midnight is followed", "[weekly_window]")
{
    const auto newfoundland = window(sunday, 0h, 1h, "America/St_Johns");
    CHECK(at(newfoundland, "2010-11-07 02:29:59") == "closed");
    CHECK(at(newfoundland, "2010-11-07 02:30:00") == "2010-11-07T04:30:00Z");
    CHECK(at(newfoundland, "2010-11-07 02:45:00") == "2010-11-07T04:30:00Z");  // 23:15 on Saturday again: it has begun
    const auto sundays = window(sunday, 0h, 1h, "America/Asuncion");
    CHECK(at(sundays, "2024-03-24 02:59:59") == "closed");  // 23:59:59 on Saturday, for the first time
    CHECK(at(sundays, "2024-03-24 03:30:00") == "closed");  // 23:30 again
    CHECK(at(sundays, "2024-03-24 04:00:00") == "2024-03-24T05:00:00Z");
}

TEST_CASE("a day that a zone skipped has no window", "[weekly_window]")
{
    const auto fridays = window(friday, 0h, 24h, "Pacific/Apia");  // 2011-12-30 was none
    CHECK(at(fridays, "2011-12-30 09:59:59") == "closed");
    CHECK(at(fridays, "2011-12-30 10:00:00") == "closed");
}

TEST_CASE("a window tells when it opens next", "[weekly_window]")
{
    const auto office = window(weekdays, 8h, 19h, "Europe/London");
    CHECK(next(office, "2026-11-20 19:00:00") == "2026-11-23T08:00:00Z");
    CHECK(next(office, "2026-11-16 07:59:59") == "2026-11-16T08:00:00Z");
    CHECK(next(office, "2026-11-16 08:00:00") == "2026-11-17T08:00:00Z");
    CHECK(next(window(monday, 24h, 1h), "2026-11-17 00:00:00") == "2026-11-24T00:00:00Z");
    CHECK(next(window(0, 8h, 19h), "2026-11-16 08:00:00") == "never");
}

// Files without transitions of their own up to 2037 ("slim") would be followed wrongly today already.
TEST_CASE("the system's zone files know the summers to come", "[weekly_window]")
{
    CHECK(at(window(every_day, 8h, 9h, "Europe/London"), "2036-07-01 07:30:00") == "2036-07-01T08:00:00Z");
    CHECK(at(window(every_day, 8h, 9h, "America/New_York"), "2036-07-01 12:30:00") == "2036-07-01T13:00:00Z");
}

TEST_CASE("a zone that the system does not know is refused", "[weekly_window]")
{
    const auto* zone = GENERATE("Europe/Lodnon", "", "../../etc/passwd", "/etc/localtime", "Europe");
    CAPTURE(zone);
    CHECK_THROWS_AS(window(every_day, 0h, 24h, zone), std::runtime_error);
}

TEST_CASE("a window is told as it was written", "[weekly_window]")
{
    CHECK(window(weekdays, 8h, 19h, "Europe/London").text() == "Mon-Fri 08:00-19:00 Europe/London");
    CHECK(window(every_day, 0h, 24h).text() == "Mon-Sun 00:00-24:00 UTC");
    CHECK(window(monday | friday | saturday, 22h + 5min, 6h).text() == "Mon,Fri-Sat 22:05-06:00 UTC");
}

TEST_CASE("several threads may ask one window", "[weekly_window]")
{
    const auto office = window(weekdays, 8h, 19h, "Australia/Sydney");
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            const auto own = window(weekdays, 8h, 19h, "America/Chicago");
            for (int round = 0; round < 500; ++round) {
                if (at(office, "2026-11-15 21:00:00") != "2026-11-16T08:00:00Z") ++wrong;
                if (at(own, "2026-11-16 14:00:00") != "2026-11-17T01:00:00Z") ++wrong;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}
