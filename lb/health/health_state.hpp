#pragma once

#include "lb/target/target.hpp"

#include <string>
#include <utility>

namespace gatehouse::lb {

// How one probe ended, and what the operator should read about it ("HTTP 503", "connection refused").
struct probe_report {
    enum class outcome {
        passed,
        response_code_mismatch,
        timeout,
        failed,
        not_sent,  // for want of something of our own (descriptors, ports, memory): says nothing about the target
    };
    outcome how = outcome::failed;
    std::string detail;
};

struct health_thresholds {
    unsigned healthy_after = 5;    // consecutive passes; 1 or more
    unsigned unhealthy_after = 2;  // consecutive failures; 1 or more
};

// Turns probe reports into a target's health, by ALB's rules: a new target is healthy after one pass, or
// unhealthy after a streak of failures; from then on only a streak of the opposite turns it.
// No clock, no I/O.
class health_state {
public:
    // Starts from what is already known of the target.
    explicit health_state(health_thresholds limits, target::health known = target::health::initial,
                          std::string why = "Elb.InitialHealthChecking")
        : limits_(limits), current_(known), reason_(std::move(why))
    {}

    // True when the health flipped.
    bool observe(const probe_report& seen);

    // Other limits for the same target; the streak so far counts under them.
    void limit(health_thresholds limits) noexcept { limits_ = limits; }

    target::health current() const noexcept { return current_; }

    // Why it is not healthy: ALB's reason code, then the detail of the last failure. Empty while healthy.
    const std::string& reason() const noexcept { return reason_; }

private:
    unsigned limit_towards(target::health next) const noexcept;

    health_thresholds limits_;
    target::health current_;
    unsigned streak_ = 0;  // consecutive reports that contradict current_
    std::string reason_;
};

}  // namespace gatehouse::lb
