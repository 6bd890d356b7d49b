#include "discovery/aws/iso_time.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;
using namespace std::chrono_literals;
using std::chrono::system_clock;

namespace {

// Seconds since 1970; -1 when it is no time.
long seconds_of(std::string_view text)
{
    const auto time = parse_iso_time(text);
    return time ? std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count() : -1;
}

}  // namespace

TEST_CASE("times are read in every form AWS writes", "[discovery][aws][iso_time]")
{
    CHECK(seconds_of("1970-01-01T00:00:00Z") == 0);
    CHECK(seconds_of("2024-02-29T23:59:59Z") == 1709251199);
    CHECK(seconds_of("2026-11-20T08:55:42.109373Z") == 1795164942);
    CHECK(seconds_of("2026-11-20T08:55:42.000Z") == 1795164942);
    CHECK(seconds_of("2026-11-20T09:55:42+01:00") == 1795164942);
    CHECK(seconds_of("2026-11-20T03:25:42.5-05:30") == 1795164942);
    CHECK(seconds_of("2026-11-20T08:55:42+00:00") == 1795164942);
}

TEST_CASE("an end that is meant as never is far away and no overflow", "[discovery][aws][iso_time]")
{
    const auto never = parse_iso_time("9999-12-31T23:59:59Z");
    REQUIRE(never.has_value());
    CHECK(*never > parse_iso_time("2199-12-31T23:59:59Z"));
    CHECK(*never + 24h > *never);
}

TEST_CASE("what is no time is refused", "[discovery][aws][iso_time]")
{
    const auto text = GENERATE(
        "", "2024", "2024-01-02", "2024-01-02T03:04:05", "2024-01-02 03:04:05Z", "2024-01-02T03:04:05z",
        "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z",
        "2024-01-00T00:00:00Z", "2024-01-02T24:00:00Z", "2024-01-02T03:60:05Z", "2024-01-02T03:04:60Z",
        "2024-01-02T03:04:05.Z", "2024-01-02T03:04:05ZZ", "2024-01-02T03:04:05+0100",
        "2024-01-02T03:04:05+24:00", "2024-01-02T03:04:05+01:60", "2024-01-02T03:04:05+",
        "+024-01-02T03:04:05Z", "2024-1-2T3:4:5Z", " 2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z ",
        "1969-12-31T23:59:59Z", "1970-01-01T00:30:00+01:00", "0000-01-01T00:00:00Z", "20240102T030405Z");
    CAPTURE(text);
    CHECK_FALSE(parse_iso_time(text).has_value());
}

TEST_CASE("a signature's date is written without separators", "[discovery][aws][iso_time]")
{
    CHECK(basic_iso_time(system_clock::time_point(1704164645s)) == "20240102T030405Z");
    CHECK(basic_iso_time(system_clock::time_point(1704164645s + 999ms)) == "20240102T030405Z");
    CHECK(basic_iso_time(parse_iso_time("2024-02-29T23:59:59Z").value()) == "20240229T235959Z");
}
