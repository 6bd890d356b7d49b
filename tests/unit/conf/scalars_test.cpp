#include "conf/scalars.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gatehouse::conf;
using namespace std::chrono_literals;

TEST_CASE("a duration is a whole number and a unit", "[conf][scalars]")
{
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("5s") == 5s);
    CHECK(parse_duration("2m") == 2min);
    CHECK(parse_duration("1h") == 1h);
    CHECK(parse_duration("1d") == 24h);
    CHECK(parse_duration("0s") == 0s);
    for (const auto* text : {"", "5", "s", "-5s", "+5s", "1.5s", "5 s", " 5s", "5S", "05s", "1h30m", "5us",
                             "99999999999999999999s", "9999999999999d"})
        CHECK_FALSE(parse_duration(text).has_value());
}

TEST_CASE("a size is a whole number and a binary unit", "[conf][scalars]")
{
    CHECK(parse_size("512B") == 512U);
    CHECK(parse_size("16KiB") == 16U * 1024);
    CHECK(parse_size("64MiB") == 64U * 1024 * 1024);
    CHECK(parse_size("2GiB") == 2ULL * 1024 * 1024 * 1024);
    for (const auto* text : {"", "16", "16KB", "16kib", "16K", "-1B", "1.5KiB", "99999999999999GiB"})
        CHECK_FALSE(parse_size(text).has_value());
}

TEST_CASE("a percentage is 0% to 100%", "[conf][scalars]")
{
    CHECK(parse_percentage("0%") == 0U);
    CHECK(parse_percentage("100%") == 100U);
    for (const auto* text : {"", "%", "20", "101%", "-1%", "2.5%", "20 %", "off", "18446744073709551617%"})
        CHECK_FALSE(parse_percentage(text).has_value());
}

TEST_CASE("a count is decimal digits and nothing else", "[conf][scalars]")
{
    CHECK(parse_count("0") == 0U);
    CHECK(parse_count("18446744073709551615") == 18446744073709551615ULL);
    for (const auto* text : {"", "08", "0x10", "1_000", "1e3", "+1", "-1", "1 ", "18446744073709551616"})
        CHECK_FALSE(parse_count(text).has_value());
}

TEST_CASE("durations and sizes are told in the largest unit that fits", "[conf][scalars]")
{
    CHECK(duration_text(0ms) == "0s");
    CHECK(duration_text(100ms) == "100ms");
    CHECK(duration_text(300s) == "5m");
    CHECK(duration_text(4000s) == "4000s");
    CHECK(duration_text(7 * 24h) == "7d");
    CHECK(size_text(1000) == "1000B");
    CHECK(size_text(16384) == "16KiB");
}

TEST_CASE("a time is that of RFC 3339, to the second", "[conf][scalars]")
{
    using namespace std::chrono;
    CHECK(parse_time("1970-01-01T00:00:00Z") == sys_seconds(0s));
    CHECK(parse_time("2026-12-31T18:00:00Z") == sys_days(2026y / 12 / 31) + 18h);
    CHECK(parse_time("2026-12-31T18:00:00+01:30") == sys_days(2026y / 12 / 31) + 16h + 30min);
    CHECK(parse_time("2026-12-31T18:00:00-08:00") == sys_days(2027y / 1 / 1) + 2h);
    CHECK(parse_time("2024-02-29T23:59:59Z") == sys_days(2024y / 3 / 1) - 1s);
    for (const auto* text :
         {"", "2026-12-31", "2026-12-31T18:00Z", "2026-12-31T18:00:00", "2026-12-31 18:00:00Z", "2026-12-31t18:00:00z",
          "2026-12-31T18:00:00.5Z", "2026-12-31T18:00:00+0100", "2026-12-31T18:00:00+24:00",
          "2026-12-31T18:00:00+01:60",
          "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
          "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "+026-01-01T00:00:00Z",
          "2026-1-01T00:00:00Z", "02026-01-01T00:00:00Z", "2026-01-01T00:00:00Z ", "2026-01-01T00:00:00ZZ"})
        CHECK_FALSE(parse_time(text).has_value());
}
