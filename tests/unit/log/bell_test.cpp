#include "lb/log/bell.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

using namespace gatehouse::lb;
using namespace std::chrono_literals;

namespace {

// Long enough that a lost ring shows as a test that hangs, not as one that passes late.
constexpr auto forever = std::chrono::milliseconds(10min);

}  // namespace

TEST_CASE("a bell that was rung before the wait ends it at once, and only that one", "[log][bell]")
{
    bell one;
    one.ring();
    one.ring();
    one.wait(forever);
    one.wait(0ms);
    one.ring();
    one.wait(forever);
}

TEST_CASE("a bell rung from another thread wakes the sleeper every time", "[log][bell]")
{
    bell to, fro;
    std::thread other([&] {
        for (int round = 0; round < 1000; ++round) {
            to.wait(forever);
            fro.ring();
        }
    });
    for (int round = 0; round < 1000; ++round) {
        to.ring();
        fro.wait(forever);
    }
    other.join();
}
