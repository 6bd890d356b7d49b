#pragma once

#include <ctime>

#include <cstdint>

namespace gatehouse::lb {

// A worker's idea of now: read once per event, so that all that one event does happens at one time.
class coarse_clock {
public:
    coarse_clock() noexcept { resync(); }

    void tick() noexcept { steady_us_ = read(CLOCK_MONOTONIC); }
    void resync() noexcept  // once a second: follows steps of the wall clock
    {
        tick();
        wall_offset_us_ = read(CLOCK_REALTIME) - steady_us_;
    }
    std::int64_t us() const noexcept { return steady_us_; }
    std::int64_t ms() const noexcept { return steady_us_ / 1000; }
    std::int64_t wall_us() const noexcept { return steady_us_ + wall_offset_us_; }
    std::int64_t wall_seconds() const noexcept { return wall_us() / 1'000'000; }

private:
    static std::int64_t read(clockid_t which) noexcept
    {
        timespec now{};
        ::clock_gettime(which, &now);
        return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
    }
    std::int64_t steady_us_ = 0, wall_offset_us_ = 0;
};

}  // namespace gatehouse::lb
