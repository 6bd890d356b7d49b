#include "lb/target/retry_budget.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::lb {

namespace {

constexpr std::uint64_t always_allowed = 3;  // per window: a quiet group must be able to retry at all

}  // namespace

void retry_budget::count_request(std::int64_t now_ms) noexcept
{
    advance(now_ms);
    ++requests_[second_ % buckets];
    ++all_requests_;
}

bool retry_budget::try_spend(std::int64_t now_ms, unsigned percent) noexcept
{
    advance(now_ms);
    const auto share = std::uint64_t{all_requests_} * percent / 100;
    if (all_retries_ >= std::max(share, always_allowed)) return false;
    ++retries_[second_ % buckets];
    ++all_retries_;
    return true;
}

void retry_budget::advance(std::int64_t now_ms) noexcept
{
    const auto second = now_ms / 1000;
    if (second <= second_) return;
    if (second - second_ >= buckets) {
        *this = {};
        second_ = second;
        return;
    }
    while (second_ < second) {
        ++second_;
        const auto oldest = second_ % buckets;
        all_requests_ -= std::exchange(requests_[oldest], 0);
        all_retries_ -= std::exchange(retries_[oldest], 0);
    }
}

}  // namespace gatehouse::lb
