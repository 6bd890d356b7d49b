#include "bastion/limits/startup_gate.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace std::chrono_literals;

namespace {

constexpr auto unknown = source_history::unknown;
constexpr auto known = source_history::logged_in_lately;

// A gate with so many inside.
struct filled_gate {
    explicit filled_gate(unsigned inside)
    {
        for (unsigned i = 0; i < inside; ++i) passes.push_back(std::move(*gate.enter({1000, 0, 1000}, unknown, 99)));
    }
    startup_gate gate;
    std::vector<startup_gate::pass> passes;
};

// Of the hundred random numbers there are, how many keep a new connection out.
int dropped(unsigned inside, const conf::max_startups& limits, source_history history = unknown)
{
    filled_gate filled(inside);
    int count = 0;
    for (std::uint32_t random = 0; random < 100; ++random)
        if (!filled.gate.enter(limits, history, random)) ++count;
    return count;
}

}  // namespace

TEST_CASE("a gate drops nobody below `begin`, everybody at `full` and a growing share between", "[startup_gate]")
{
    const conf::max_startups limits{10, 30, 100};
    CHECK(dropped(0, limits) == 0);
    CHECK(dropped(9, limits) == 0);
    CHECK(dropped(10, limits) == 30);
    CHECK(dropped(55, limits) == 65);
    CHECK(dropped(99, limits) == 99);
    CHECK(dropped(100, limits) == 100);
    CHECK(dropped(150, limits) == 100);
}

TEST_CASE("the extremes of `rate` hold", "[startup_gate]")
{
    CHECK(dropped(10, {10, 100, 100}) == 100);
    CHECK(dropped(9, {10, 100, 100}) == 0);
    CHECK(dropped(10, {10, 0, 100}) == 0);
    CHECK(dropped(55, {10, 0, 100}) == 50);
    CHECK(dropped(5, {5, 30, 5}) == 100);
    CHECK(dropped(4, {5, 30, 5}) == 0);
}

TEST_CASE("a source that logged in lately is spared, and has places that strangers cannot take", "[startup_gate]")
{
    const conf::max_startups limits{10, 30, 100};
    CHECK(dropped(10, limits, known) == 0);
    CHECK(dropped(100, limits, known) == 0);
    CHECK(dropped(109, limits, known) == 0);
    CHECK(dropped(110, limits, known) == 100);
}

TEST_CASE("who leaves a gate makes room, and who was dropped takes none", "[startup_gate]")
{
    const conf::max_startups limits{2, 100, 2};
    startup_gate gate;
    auto first = gate.enter(limits, unknown, 0);
    auto second = gate.enter(limits, unknown, 0);
    REQUIRE((first && second));
    CHECK_FALSE(gate.enter(limits, unknown, 0));
    CHECK(gate.inside() == 2);
    first.reset();
    CHECK(gate.inside() == 1);
    CHECK(gate.enter(limits, unknown, 0).has_value());
    CHECK(gate.inside() == 1);
}

TEST_CASE("a pass that is moved is given back once", "[startup_gate]")
{
    startup_gate gate;
    auto first = gate.enter({}, unknown, 0);
    {
        auto moved = std::move(*first);
        CHECK(gate.inside() == 1);
        first.reset();
        CHECK(gate.inside() == 1);
    }
    CHECK(gate.inside() == 0);
}

TEST_CASE("workers that race for the last places do not take more", "[startup_gate]")
{
    const conf::max_startups limits{50, 100, 50};
    startup_gate gate;
    std::atomic<unsigned> entered{0};
    std::vector<std::thread> threads;
    std::vector<startup_gate::pass> kept[4];
    for (auto& own : kept)
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) {
                auto one = gate.enter(limits, unknown, 0);
                if (!one) continue;
                own.push_back(std::move(*one));
                ++entered;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(entered == 50);
    CHECK(gate.inside() == 50);
}

TEST_CASE("a login is remembered of its source for an hour", "[recent_logins]")
{
    const std::chrono::steady_clock::time_point now{100h};
    const auto from = [](const char* text) { return boost::asio::ip::make_address(text); };
    recent_logins logins;
    CHECK(logins.of(from("203.0.113.9"), now) == unknown);
    logins.remember(from("203.0.113.9"), now);
    logins.remember(from("2001:db8::1"), now);
    CHECK(logins.of(from("::ffff:203.0.113.9"), now + 1h - 1s) == known);
    CHECK(logins.of(from("2001:db8::2"), now + 1h - 1s) == known);
    CHECK(logins.of(from("203.0.113.8"), now) == unknown);
    logins.remember(from("203.0.113.9"), now + 30min);
    CHECK(logins.of(from("203.0.113.9"), now + 1h) == known);
    CHECK(logins.of(from("2001:db8::1"), now + 1h) == unknown);
    CHECK(logins.of(from("203.0.113.9"), now + 90min) == unknown);
}
