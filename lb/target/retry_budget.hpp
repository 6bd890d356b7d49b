#pragma once

#include <cstdint>

namespace gatehouse::lb {

// Bounds retries to a share of recent requests, so that a failing group is not hit twice as hard. One per
// worker and group. Over the last 10 s (ten buckets of 1 s); always allows 3 retries per window, as Envoy's
// minimum does.
class retry_budget {
public:
    void count_request(std::int64_t now_ms) noexcept;
    // True, and counted, when one more retry is within `percent` of the requests.
    bool try_spend(std::int64_t now_ms, unsigned percent) noexcept;

private:
    void advance(std::int64_t now_ms) noexcept;

    static constexpr int buckets = 10;
    std::int64_t second_ = 0;
    std::uint32_t requests_[buckets] = {}, retries_[buckets] = {};
    std::uint32_t all_requests_ = 0, all_retries_ = 0;
};

}  // namespace gatehouse::lb
