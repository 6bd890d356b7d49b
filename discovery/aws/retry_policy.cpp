#include "discovery/aws/retry_policy.hpp"

#include <algorithm>

namespace gatehouse::discovery::aws {
namespace {

constexpr unsigned price = 5;       // of a retry, paid back by its success
constexpr unsigned first_time = 1;  // earned by a success without one
constexpr unsigned slowest = 16;

}  // namespace

retry_policy::retry_policy(retry_settings settings, std::uint32_t seed)
    : settings_(settings), random_(seed), tokens_(settings.budget)
{}

std::optional<std::chrono::milliseconds> retry_policy::retry_after(call& of, error_kind failed)
{
    if (failed == error_kind::throttled) of.throttled_ = true;
    if (!is_retryable(failed) || failed == error_kind::expired_token) return std::nullopt;
    if (of.attempts_ >= settings_.attempts || tokens_ < price) return std::nullopt;
    tokens_ -= price;
    auto longest = settings_.base;
    for (unsigned before = 1; before < of.attempts_ && longest < settings_.cap; ++before) longest *= 2;
    ++of.attempts_;
    std::uniform_int_distribution<std::chrono::milliseconds::rep> any(
        0, std::min(longest, settings_.cap).count());
    return std::chrono::milliseconds(any(random_));
}

void retry_policy::finish(const call& of, ending how)
{
    if (of.throttled_)
        slowdown_ = std::min(slowdown_ * 2, slowest);
    else if (how == ending::success)
        slowdown_ = std::max(slowdown_ / 2, 1U);
    if (how == ending::success)
        tokens_ = std::min(tokens_ + (of.attempts_ > 1 ? price : first_time), settings_.budget);
}

}  // namespace gatehouse::discovery::aws
