#include "lb/io/deadline_wheel.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <memory>

using namespace gatehouse::lb;

namespace {

struct probe final : deadline {
    int fired = 0;
    std::function<void()> then = [] {};

private:
    void on_deadline() override
    {
        ++fired;
        then();
    }
};

// Advances in steps as a worker's ticks do.
void run(deadline_wheel& wheel, std::int64_t from, std::int64_t to)
{
    for (auto now = from; now <= to; now += deadline_wheel::slot_ms) wheel.advance(now);
}

}  // namespace

TEST_CASE("a deadline is never early and at most two slots late", "[io][deadline_wheel]")
{
    for (const std::int64_t due : {1'050, 1'099, 1'100, 1'101, 9'999, 60'000, 3'600'000}) {
        deadline_wheel wheel;
        wheel.advance(1'000);
        probe one;
        wheel.set(one, due);
        run(wheel, 1'000, due - 1);
        CHECK(one.fired == 0);
        run(wheel, due, due + 2 * deadline_wheel::slot_ms);
        CHECK(one.fired == 1);
    }
}

TEST_CASE("a deadline that is moved later fires once, at the later time", "[io][deadline_wheel]")
{
    deadline_wheel wheel;
    wheel.advance(0);
    probe one;
    wheel.set(one, 1'000);
    run(wheel, 100, 900);
    wheel.set(one, 5'000);
    run(wheel, 900, 4'900);
    CHECK(one.fired == 0);
    run(wheel, 4'900, 6'000);
    CHECK(one.fired == 1);
}

TEST_CASE("a deadline that is moved earlier fires at the earlier time", "[io][deadline_wheel]")
{
    deadline_wheel wheel;
    wheel.advance(0);
    probe one;
    wheel.set(one, 60'000);
    wheel.set(one, 500);
    run(wheel, 100, 800);
    CHECK(one.fired == 1);
    run(wheel, 800, 70'000);
    CHECK(one.fired == 1);
}

TEST_CASE("a cleared or destroyed deadline does not fire", "[io][deadline_wheel]")
{
    deadline_wheel wheel;
    wheel.advance(0);
    probe cleared;
    wheel.set(cleared, 500);
    {
        probe gone;
        wheel.set(gone, 500);
    }
    cleared.clear();
    run(wheel, 100, 2'000);
    CHECK(cleared.fired == 0);
}

TEST_CASE("a deadline may set itself again, and end another, while it fires", "[io][deadline_wheel]")
{
    deadline_wheel wheel;
    wheel.advance(0);
    probe again;
    auto other = std::make_unique<probe>();
    wheel.set(again, 500);
    wheel.set(*other, 500);
    again.then = [&] {
        other.reset();
        if (again.fired == 1) wheel.set(again, 1'000);
    };
    run(wheel, 100, 2'000);
    CHECK(again.fired == 2);
}

TEST_CASE("a wheel that slept for hours tells everything that is due at once", "[io][deadline_wheel]")
{
    deadline_wheel wheel;
    wheel.advance(0);
    probe near, far;
    wheel.set(near, 300);
    wheel.set(far, 40'000'000);
    wheel.advance(36'000'000);
    CHECK(near.fired == 1);
    CHECK(far.fired == 0);
    run(wheel, 36'000'000, 40'001'000);
    CHECK(far.fired == 1);
}
