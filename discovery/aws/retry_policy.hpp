#pragma once

#include "discovery/aws/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace gatehouse::discovery::aws {

struct retry_settings {
    std::chrono::milliseconds base = std::chrono::milliseconds(100);  // the longest first pause
    std::chrono::milliseconds cap = std::chrono::seconds(20);         // the longest pause
    unsigned attempts = 4;                                            // of one call; at least 1
    unsigned budget = 500;                                            // tokens; a retry takes 5
};

// Whether and when a failed call is tried again, for all calls of one client together. A pause is anything up
// to twice the longest of the one before (full jitter), so that nodes which failed together do not come back
// together. Retries take from a budget that successes fill up again: while nothing works, calls are soon made
// once only. No clock, no I/O.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
class retry_policy {
public:
    explicit retry_policy(retry_settings settings = {}, std::uint32_t seed = std::random_device{}());

    // One call, from its first attempt to its end.
    class call {
        friend retry_policy;
        unsigned attempts_ = 1;
        bool throttled_ = false;
    };

    // The pause before another attempt. Empty: give up, as the failure is a lasting one, it was the last
    // attempt, or the budget is spent. What renewed keys mend is no matter of waiting, so expired_token is
    // not tried again.
    std::optional<std::chrono::milliseconds> retry_after(call& of, error_kind failed);

    enum class ending { success, failure };
    void finish(const call& of, ending how);  // once for each call

    // By how much polls should be rarer: 1, 2, 4, 8 or 16. Doubles with each call that was throttled, and
    // halves with each success that was not.
    unsigned poll_slowdown() const noexcept { return slowdown_; }

private:
    retry_settings settings_;
    std::minstd_rand random_;
    unsigned tokens_;
    unsigned slowdown_ = 1;
};

}  // namespace gatehouse::discovery::aws
