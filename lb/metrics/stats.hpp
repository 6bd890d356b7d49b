#pragma once

#include "lb/http/desync.hpp"
#include "lb/refusal.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace gatehouse::lb {

// A number written by one thread and read by the scrape: no lock prefix, no line shared with other workers.
class tally {
public:
    void add(std::uint64_t more = 1) noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t less = 1) noexcept { add(~less + 1); }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// Durations in fixed buckets; one writer.
class duration_tally {
public:
    // Upper bounds in microseconds, inclusive: 0.5 ms to 60 s; one more bucket is open.
    static constexpr std::array<std::uint32_t, 15> bounds_us{
        500,     1000,    2500,      5000,      10'000,    25'000,     50'000,    100'000,
        250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 60'000'000};

    // Has no effect for a negative duration: what did not happen took no time.
    void observe(std::int64_t microseconds) noexcept;
    std::uint64_t bucket(std::size_t index) const noexcept { return buckets_[index].value(); }
    std::uint64_t sum_us() const noexcept { return sum_us_.value(); }

private:
    std::array<tally, bounds_us.size() + 1> buckets_;
    tally sum_us_;
};

enum class origin : std::uint8_t { lb, target };
enum class retry_reason : std::uint8_t { connect_failed, connect_timeout, connection_closed, count_ };
enum class handshake_result : std::uint8_t { ok, failed, timeout, count_ };

// The values of the labels `origin`, `reason` and `result`.
std::string_view to_string(origin from) noexcept;
std::string_view to_string(retry_reason reason) noexcept;
std::string_view to_string(handshake_result result) noexcept;

// Requests of one listener that ended in one target group ("" = none), on one worker.
struct route_stats {
    std::array<std::array<tally, 6>, 2> by_class;  // [origin][status / 100]; [0] = the client left first
    void count(origin from, unsigned status) noexcept
    {
        by_class[static_cast<std::size_t>(from)][status < 600 && status != 460 ? status / 100 : 0].add();
    }
};

// One target group on one worker.
struct group_stats {
    duration_tally request_duration;  // first byte of the request to last byte of the response
    duration_tally target_response;   // request sent to the response head
    tally connect_errors;
    tally fail_open;  // requests routed while the group failed open
};

// One listener on one worker.
struct listener_stats {
    tally connections;              // open now
    std::array<tally, 2> accepted;  // [0] HTTP/1.1 cleartext, [1] over TLS
    // [result][version: 0 unknown, 1 TLSv1.2, 2 TLSv1.3][resumed]
    std::array<std::array<std::array<tally, 2>, 3>, static_cast<std::size_t>(handshake_result::count_)>
        handshakes;
};

// The rest of what one worker counts.
struct alignas(64) worker_stats {
    tally received_bytes, sent_bytes;      // of clients
    tally upstream_idle, upstream_active;  // connections to targets now
    std::array<tally, static_cast<std::size_t>(refusal::count_)> refused;
    std::array<tally, static_cast<std::size_t>(retry_reason::count_)> retries;
    std::array<std::array<tally, static_cast<std::size_t>(http::desync_reason::count_)>, 4>
        desync;  // [class][reason]
};

}  // namespace gatehouse::lb
