#include "lb/control/zone_shifts.hpp"

#include <catch2/catch.hpp>

using gatehouse::lb::zone_shifts;
using names = std::vector<std::string>;

TEST_CASE("a zone is away until its time is over", "[control][zones]")
{
    zone_shifts shifts;
    shifts.shift("a", 10'000);
    CHECK(shifts.away("a"));
    CHECK_FALSE(shifts.away("b"));
    CHECK(shifts.seconds_left("a", 8'999) == 2);
    CHECK(shifts.seconds_left("a", 9'999) == 1);
    CHECK_FALSE(shifts.seconds_left("b", 0).has_value());
    CHECK(shifts.expire(9'999).empty());
    CHECK(shifts.expire(10'000) == names{"a"});
    CHECK_FALSE(shifts.away("a"));
}

TEST_CASE("a shift can be made longer, shorter and taken back", "[control][zones]")
{
    zone_shifts shifts;
    shifts.shift("a", 10'000);
    shifts.shift("a", 60'000);
    CHECK(shifts.expire(10'000).empty());
    shifts.shift("a", 20'000);
    CHECK(shifts.seconds_left("a", 10'000) == 10);
    CHECK(shifts.end("a"));
    CHECK_FALSE(shifts.end("a"));
    CHECK_FALSE(shifts.away("a"));
}
