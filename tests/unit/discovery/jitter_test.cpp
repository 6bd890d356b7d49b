#include "discovery/jitter.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace std::chrono_literals;
using gatehouse::discovery::jittered;

TEST_CASE("a jittered period stays within a tenth and uses all of it", "[discovery][jitter]")
{
    std::minstd_rand random(1);
    auto least = 1000ms, most = 1000ms;
    for (int i = 0; i < 10000; ++i) {
        const auto spread = jittered(1000ms, random);
        least = std::min(least, spread);
        most = std::max(most, spread);
    }
    CHECK(least >= 900ms);
    CHECK(least < 905ms);
    CHECK(most <= 1100ms);
    CHECK(most > 1095ms);
}

TEST_CASE("a period too short to spread is left alone", "[discovery][jitter]")
{
    std::minstd_rand random(1);
    CHECK(jittered(9ms, random) == 9ms);
    CHECK(jittered(0ms, random) == 0ms);
}
