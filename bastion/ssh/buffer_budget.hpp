#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace gatehouse::bastion {

// Memory for what clients have sent and servers have not taken yet, over all sessions of the daemon. A session may hold as
// much as is still free (Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998):
// one alone gets half of it all, and however many are greedy, something is left for whoever is not. Counts; does no I/O.
// Safe from any thread.
class buffer_budget {
public:
    static constexpr std::uint64_t usual = 256ULL << 20;  // bytes
    static constexpr std::uint64_t always = 128 * 1024;   // of a session, whatever the others hold

    void resize(std::uint64_t bytes) noexcept { size_.store(bytes, std::memory_order_relaxed); }
    void take(std::uint64_t bytes) noexcept { used_.fetch_add(bytes, std::memory_order_relaxed); }
    void give_back(std::uint64_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

    std::uint64_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

    // Whether a session that holds so much, counted in used(), may take more.
    bool allows(std::uint64_t held) const noexcept
    {
        const auto size = size_.load(std::memory_order_relaxed);
        return held < std::max(always, size - std::min(size, used()));
    }

private:
    std::atomic<std::uint64_t> size_{usual}, used_{0};
};

}  // namespace gatehouse::bastion
