#include "bastion/ssh/buffer_budget.hpp"

#include <catch2/catch.hpp>

using gatehouse::bastion::buffer_budget;

namespace {

constexpr std::uint64_t MiB = 1 << 20;

// How much a session gets that takes whatever it may, beside others that hold `before`.
std::uint64_t greed(buffer_budget& all, std::uint64_t step = 64 * 1024)
{
    std::uint64_t held = 0;
    for (; all.allows(held); held += step) all.take(step);
    return held;
}

}  // namespace

TEST_CASE("a session alone may hold half of the memory", "[ssh][buffers]")
{
    buffer_budget all;
    all.resize(64 * MiB);
    CHECK(greed(all) == 32 * MiB);
}

TEST_CASE("however many are greedy, something is left", "[ssh][buffers]")
{
    buffer_budget all;
    all.resize(64 * MiB);
    for (int i = 0; i < 5; ++i) greed(all);
    CHECK(all.used() < 64 * MiB);
    CHECK(all.allows(MiB));
    for (int i = 0; i < 50; ++i) greed(all);
    CHECK(all.used() < 64 * MiB + 50 * buffer_budget::always);
}

TEST_CASE("what is given back may be taken by others", "[ssh][buffers]")
{
    buffer_budget all;
    all.resize(64 * MiB);
    const auto first = greed(all);
    const auto second = greed(all);
    CHECK(second < first);
    all.give_back(first);
    all.give_back(second);
    CHECK(all.used() == 0);
    CHECK(greed(all) == first);
}

TEST_CASE("less memory than is in use stops everybody but those who hold little", "[ssh][buffers]")
{
    buffer_budget all;
    all.take(64 * MiB);
    all.resize(16 * MiB);
    CHECK_FALSE(all.allows(buffer_budget::always));
    CHECK(all.allows(0));
}
