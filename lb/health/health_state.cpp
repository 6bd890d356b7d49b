#include "lb/health/health_state.hpp"

#include <string_view>

namespace gatehouse::lb {
namespace {

std::string_view code_of(probe_report::outcome how) noexcept
{
    switch (how) {
    case probe_report::outcome::passed:
    case probe_report::outcome::not_sent: break;
    case probe_report::outcome::response_code_mismatch: return "Target.ResponseCodeMismatch";
    case probe_report::outcome::timeout: return "Target.Timeout";
    case probe_report::outcome::failed: return "Target.FailedHealthChecks";
    }
    return "";
}

std::string reason_of(const probe_report& seen)
{
    std::string reason(code_of(seen.how));
    return seen.detail.empty() ? reason : reason + ": " + seen.detail;
}

}  // namespace

bool health_state::observe(const probe_report& seen)
{
    if (seen.how == probe_report::outcome::not_sent) return false;
    const bool passed = seen.how == probe_report::outcome::passed;
    const auto says = passed ? target::health::healthy : target::health::unhealthy;
    if (says == current_) {
        streak_ = 0;
        if (!passed) reason_ = reason_of(seen);  // the newest one
        return false;
    }
    if (++streak_ < limit_towards(says)) return false;
    streak_ = 0;
    current_ = says;
    reason_ = passed ? std::string() : reason_of(seen);
    return true;
}

unsigned health_state::limit_towards(target::health next) const noexcept
{
    if (next == target::health::unhealthy) return limits_.unhealthy_after;
    return current_ == target::health::initial ? 1 : limits_.healthy_after;
}

}  // namespace gatehouse::lb
