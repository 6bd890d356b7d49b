#include "lb/metrics/stats.hpp"

#include <algorithm>

namespace gatehouse::lb {

void duration_tally::observe(std::int64_t microseconds) noexcept
{
    if (microseconds < 0) return;
    const auto bound = std::ranges::lower_bound(bounds_us, microseconds);
    buckets_[static_cast<std::size_t>(bound - bounds_us.begin())].add();
    sum_us_.add(static_cast<std::uint64_t>(microseconds));
}

std::string_view to_string(origin from) noexcept { return from == origin::lb ? "lb" : "target"; }

std::string_view to_string(retry_reason reason) noexcept
{
    switch (reason) {
    case retry_reason::connect_failed: return "connect_failed";
    case retry_reason::connect_timeout: return "connect_timeout";
    case retry_reason::connection_closed: return "connection_closed";
    case retry_reason::count_: break;
    }
    return "";
}

std::string_view to_string(handshake_result result) noexcept
{
    switch (result) {
    case handshake_result::ok: return "ok";
    case handshake_result::failed: return "failed";
    case handshake_result::timeout: return "timeout";
    case handshake_result::count_: break;
    }
    return "";
}

}  // namespace gatehouse::lb
