#include "lb/io/deadline_wheel.hpp"

#include <algorithm>

namespace gatehouse::lb {

void deadline_wheel::set(deadline& which, std::int64_t due) noexcept
{
    which.due_ = due;
    if (which.is_linked() && which.slot_at_ <= due + slot_ms) return;
    link(which);
}

void deadline_wheel::link(deadline& which) noexcept
{
    which.unlink();
    // One slot past the due time, so that it is never looked at early; at most a full turn ahead.
    const auto wanted = which.due_ / slot_ms + 1;
    const auto at = std::clamp(wanted, tick_ + 1, tick_ + static_cast<std::int64_t>(slots) - 1);
    which.slot_at_ = at * slot_ms;
    ring_[static_cast<std::size_t>(at) % slots].push_back(which);
}

void deadline_wheel::advance(std::int64_t now)
{
    const auto last = now / slot_ms;
    // A loop that slept longer than a turn (a stopped machine) needs every slot once, not each tick.
    if (last - tick_ > static_cast<std::int64_t>(slots)) tick_ = last - static_cast<std::int64_t>(slots);
    while (tick_ < last) {
        ++tick_;
        slot due;
        due.swap(ring_[static_cast<std::size_t>(tick_) % slots]);
        while (!due.empty()) {
            deadline& one = due.front();
            due.pop_front();
            if (one.due_ == deadline::never) continue;
            if (one.due_ > now) {
                link(one);
                continue;
            }
            one.due_ = deadline::never;
            one.on_deadline();
        }
    }
}

}  // namespace gatehouse::lb
