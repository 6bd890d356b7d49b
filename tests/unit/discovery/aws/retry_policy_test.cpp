#include "discovery/aws/retry_policy.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

using namespace gatehouse::discovery::aws;
using namespace std::chrono_literals;
using ending = retry_policy::ending;

namespace {

constexpr std::uint32_t seed = 7;

// A call that fails each time, until it is given up; the number of its retries.
int fail(retry_policy& policy, error_kind how = error_kind::transient)
{
    retry_policy::call one;
    int retries = 0;
    while (policy.retry_after(one, how)) ++retries;
    policy.finish(one, ending::failure);
    return retries;
}

void succeed(retry_policy& policy, int times = 1)
{
    for (int i = 0; i < times; ++i) policy.finish({}, ending::success);
}

// A call that succeeds with its second attempt.
void succeed_late(retry_policy& policy, error_kind first)
{
    retry_policy::call one;
    REQUIRE(policy.retry_after(one, first).has_value());
    policy.finish(one, ending::success);
}

}  // namespace

TEST_CASE("a call is made four times at most", "[aws][retry_policy]")
{
    retry_policy policy({}, seed);
    for (const auto how : {error_kind::transient, error_kind::throttled, error_kind::invalid_answer})
        CHECK(fail(policy, how) == 3);
}

TEST_CASE("what waiting does not mend is not tried again", "[aws][retry_policy]")
{
    retry_policy policy({}, seed);
    for (const auto how : {error_kind::authentication, error_kind::permission, error_kind::expired_token,
                           error_kind::clock_skew, error_kind::not_found, error_kind::invalid_request})
        CHECK(fail(policy, how) == 0);
}

TEST_CASE("pauses are anything up to a bound that doubles", "[aws][retry_policy]")
{
    retry_settings settings;
    settings.attempts = 12;
    settings.budget = 1'000'000;
    retry_policy policy(settings, seed);
    std::vector<std::chrono::milliseconds> longest(11, 0ms), shortest(11, 1h);
    for (int round = 0; round < 500; ++round) {
        retry_policy::call one;
        for (std::size_t i = 0; i < longest.size(); ++i) {
            const auto pause = policy.retry_after(one, error_kind::transient);
            REQUIRE(pause.has_value());
            longest[i] = std::max(longest[i], *pause);
            shortest[i] = std::min(shortest[i], *pause);
        }
    }
    auto bound = 100ms;
    for (std::size_t i = 0; i < longest.size(); ++i) {
        CAPTURE(i);
        CHECK(longest[i] <= bound);
        CHECK(longest[i] > bound * 9 / 10);
        CHECK(shortest[i] < bound / 10);
        bound = std::min<std::chrono::milliseconds>(bound * 2, 20s);
    }
}

TEST_CASE("retries share a budget that successes fill up", "[aws][retry_policy]")
{
    retry_settings settings;
    settings.budget = 20;
    retry_policy policy(settings, seed);
    CHECK(fail(policy) == 3);
    CHECK(fail(policy) == 1);
    CHECK(fail(policy) == 0);
    SECTION("a success at once earns a fifth of a retry")
    {
        succeed(policy, 4);
        CHECK(fail(policy) == 0);
        succeed(policy);
        CHECK(fail(policy) == 1);
    }
    SECTION("a success with a retry earns that back")
    {
        succeed(policy, 5);
        succeed_late(policy, error_kind::transient);
        CHECK(fail(policy) == 1);
    }
    SECTION("it holds no more than it began with")
    {
        succeed(policy, 1000);
        CHECK(fail(policy) == 3);
        CHECK(fail(policy) == 1);
        CHECK(fail(policy) == 0);
    }
}

TEST_CASE("polls slow down while calls are throttled", "[aws][retry_policy]")
{
    retry_policy policy({}, seed);
    std::vector<unsigned> seen{policy.poll_slowdown()};
    const auto note = [&] { seen.push_back(policy.poll_slowdown()); };
    for (int i = 0; i < 6; ++i) fail(policy, error_kind::throttled), note();
    CHECK(seen == std::vector{1U, 2U, 4U, 8U, 16U, 16U, 16U});
    seen.clear();
    for (int i = 0; i < 5; ++i) succeed(policy), note();
    CHECK(seen == std::vector{8U, 4U, 2U, 1U, 1U});
}

TEST_CASE("a success that was throttled first slows down too, other failures do not", "[aws][retry_policy]")
{
    retry_policy policy({}, seed);
    succeed_late(policy, error_kind::throttled);
    CHECK(policy.poll_slowdown() == 2);
    fail(policy, error_kind::transient);
    fail(policy, error_kind::permission);
    CHECK(policy.poll_slowdown() == 2);
    succeed_late(policy, error_kind::transient);
    CHECK(policy.poll_slowdown() == 1);
}
