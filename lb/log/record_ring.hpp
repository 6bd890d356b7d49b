#pragma once

#include "lb/log/access_record.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace gatehouse::lb {

// A bounded queue of packed records between one producer thread and one consumer thread, without locks. Each
// record lies in one piece, so the consumer reads its texts in place.
class record_ring {
public:
    // REQUIRES: `bytes` a power of two, 4 KiB or more. A record of more than half of it may never fit.
    explicit record_ring(std::size_t bytes);

    // Producer. Copies the record, its texts cut to record_texts; false when there is no room.
    bool push(const access_record& record) noexcept;

    // Producer. Looks at the consumer's progress only when the last known one says so: no cache line moves
    // between the threads while the ring is kept emptier than half.
    bool half_full() noexcept;

    // Consumer. Hands each record that was queued at the call to `use`; its views end with the call of `use`.
    // Returns whether there were any.
    template <class Use>
    bool drain(Use&& use)
    {
        const auto head = head_.load(std::memory_order_acquire);
        auto tail = tail_.load(std::memory_order_relaxed);
        if (head == tail) return false;
        while (tail != head) {
            access_record record;
            const auto next = read(tail, record);
            use(std::as_const(record));
            tail = next;
            tail_.store(tail, std::memory_order_release);
        }
        return true;
    }

private:
    std::uint64_t read(std::uint64_t tail, access_record& record) const noexcept;  // returns the next tail
    std::uint64_t free() const noexcept
    {
        return capacity_ - (head_.load(std::memory_order_relaxed) - tail_seen_);
    }

    // Positions only grow; modulo capacity_ they index bytes_.
    const std::size_t capacity_;
    const std::unique_ptr<char[]> bytes_;
    alignas(64) std::atomic<std::uint64_t> head_{0};  // written by the producer
    std::uint64_t tail_seen_ = 0;                     // the producer's last look at tail_
    alignas(64) std::atomic<std::uint64_t> tail_{0};  // written by the consumer
};

}  // namespace gatehouse::lb
