#pragma once

#include "discovery/inventory.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::lb {

// One server as one target group sees it: the address requests go to, and the state that belongs to the
// server and not to a configuration generation. Shared by every worker and the control thread, and kept over
// reloads for as long as it is a member or a request runs on it.
class target {
public:
    enum class health : std::uint8_t { initial, healthy, unhealthy };
    enum class drain : std::uint8_t {
        active,
        draining,  // no new request; running ones go on
        expired,   // deregistration_delay is over: running requests are ended with 502
    };

    // `slot` is unique among living targets and small: workers index their upstream pools with it.
    target(std::string group, std::string id, boost::asio::ip::tcp::endpoint where, std::uint32_t slot);
    target(const target&) = delete;
    target& operator=(const target&) = delete;

    const std::string& group() const noexcept { return group_; }
    const std::string& id() const noexcept { return id_; }
    const boost::asio::ip::tcp::endpoint& endpoint() const noexcept { return endpoint_; }
    // "10.0.1.5:80", "[fd00::1]:80"
    const std::string& address_text() const noexcept { return address_text_; }
    std::uint32_t slot() const noexcept { return slot_; }

    // Any thread.
    void lease() noexcept { in_flight_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept { in_flight_.fetch_sub(1, std::memory_order_release); }
    std::uint32_t in_flight() const noexcept { return in_flight_.load(std::memory_order_acquire); }
    health current_health() const noexcept { return health_.load(std::memory_order_relaxed); }
    drain current_drain() const noexcept { return drain_.load(std::memory_order_relaxed); }
    // Steady-clock milliseconds at which slow start began; 0 = not ramping.
    std::int64_t ramp_start() const noexcept { return ramp_start_.load(std::memory_order_relaxed); }
    // A connect to it failed. True, and the checker must be told, for the first call since clear_suspicion().
    bool suspect() noexcept { return !suspected_.exchange(true, std::memory_order_relaxed); }
    bool suspected() const noexcept { return suspected_.load(std::memory_order_relaxed); }

    // Control thread.
    void set_health(health now, std::string why);
    void set_drain(drain now) noexcept { drain_.store(now, std::memory_order_relaxed); }
    void start_ramp(std::int64_t steady_ms) noexcept
    {
        ramp_start_.store(steady_ms, std::memory_order_relaxed);
    }
    void clear_suspicion() noexcept { suspected_.store(false, std::memory_order_relaxed); }

    // Control thread only: what the API shows and the drain follows.
    struct description {
        std::string zone, name;
        discovery::lifecycle state = discovery::lifecycle::in_service;
        std::string provider_state;  // Auto Scaling's own word for it; may be empty
        std::string health_reason = "Elb.InitialHealthChecking";  // ALB's reason code, then detail
        bool operator_drained = false;                            // by `gatehouse drain`, until undrain
        bool member = true;                                       // false: left the group's inventory
        std::optional<std::int64_t> drain_deadline;               // steady ms; while draining
    };
    description about;

private:
    // The one cache line that workers share.
    alignas(64) std::atomic<std::uint32_t> in_flight_{0};
    std::atomic<health> health_{health::initial};
    std::atomic<drain> drain_{drain::active};
    std::atomic<bool> suspected_{false};
    std::atomic<std::int64_t> ramp_start_{0};

    alignas(64) const std::string group_;
    const std::string id_;
    const boost::asio::ip::tcp::endpoint endpoint_;
    const std::string address_text_;
    const std::uint32_t slot_;
};

}  // namespace gatehouse::lb
