#pragma once

#include "service/log.hpp"

#include <chrono>
#include <mutex>

namespace gatehouse::service {

// Whether a daemon lacks what a new connection needs, descriptors or memory, as its acceptors meet it: the log has one
// line when that begins and one when it is over, and no second such pair within 10 s. Safe from any thread; costs
// nothing while all is well.
class shortage {
public:
    using clock = std::chrono::steady_clock;

    explicit shortage(log& out) noexcept : out_(out) {}  // must outlive this

    void met(int error, clock::time_point now);  // at each attempt to accept that failed
    void each_second(clock::time_point now);     // it is over when nobody has met it for 2 s

private:
    log& out_;
    std::mutex mutex_;
    bool told_ = false;  // that it began, and not yet that it is over
    clock::time_point last_met_{}, quiet_until_{};
};

}  // namespace gatehouse::service
