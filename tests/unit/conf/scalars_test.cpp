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
