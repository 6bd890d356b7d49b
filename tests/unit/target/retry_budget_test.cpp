#include "lb/target/retry_budget.hpp"

#include <catch2/catch.hpp>

using gatehouse::lb::retry_budget;

namespace {

constexpr std::int64_t now = 5'000'000;  // ms

void count(retry_budget& budget, int requests, std::int64_t at)
{
    for (int i = 0; i < requests; ++i) budget.count_request(at);
}

int spendable(retry_budget& budget, std::int64_t at, unsigned percent)
{
    int allowed = 0;
    while (allowed < 1000 && budget.try_spend(at, percent)) ++allowed;
    return allowed;
}

}  // namespace

TEST_CASE("a quiet group may retry three times in a window", "[retry_budget]")
{
    retry_budget budget;
    CHECK(spendable(budget, now, 20) == 3);
    CHECK(spendable(budget, now + 9'999, 20) == 0);
    CHECK(spendable(budget, now + 10'000, 20) == 3);
    CHECK(spendable(budget, now + 20'000, 0) == 3);
}

TEST_CASE("a busy group may retry its share of the requests", "[retry_budget]")
{
    retry_budget budget;
    count(budget, 100, now);
    CHECK(spendable(budget, now, 20) == 20);
    count(budget, 50, now + 500);
    CHECK(spendable(budget, now + 900, 20) == 10);
}

TEST_CASE("requests and retries leave the window after ten seconds", "[retry_budget]")
{
    retry_budget budget;
    count(budget, 100, now);
    count(budget, 100, now + 5'000);
    CHECK(spendable(budget, now + 9'000, 20) == 40);
    CHECK(spendable(budget, now + 10'000, 20) == 0);  // the first 100 are gone, the 40 are not
    CHECK(spendable(budget, now + 15'000, 20) == 0);
    CHECK(spendable(budget, now + 19'000, 20) == 3);  // the 40 are gone
    CHECK(spendable(budget, now + 1'000'000, 20) == 3);
}

TEST_CASE("a window that slides second by second forgets one second at a time", "[retry_budget]")
{
    retry_budget budget;
    for (int second = 0; second < 30; ++second) count(budget, 10, now + second * 1'000);
    CHECK(spendable(budget, now + 29'999, 50) == 50);  // of the last 100
}
