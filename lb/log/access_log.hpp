#pragma once

#include "conf/lb.hpp"
#include "lb/log/access_record.hpp"
#include "lb/log/record_ring.hpp"
#include "service/log.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace gatehouse::lb {

class bell;

// The access log, written off the workers: each worker pushes finished requests into its own lane, a bounded
// single-producer single-consumer queue of packed bytes, and one writer thread formats and writes them in
// batches. A full lane drops the record and counts it; a worker never waits for a disk. Lines of one worker
// are in order, lines of several are not.
class access_log {
public:
    // One worker's way in. push() is wait-free: a bounds check, a memcpy of the fields, one release store;
    // and once per batch, when the lane is half full, one write to wake the writer early.
    class lane {
    public:
        // False when the lane was full: the record is dropped and counted. Long fields are cut (target, user
        // agent and redirect URL at 8 KiB, others at 1 KiB). Does nothing while the log is off.
        bool push(const access_record& record) noexcept;

        // False while the log is off: the record need not even be put together.
        bool wanted() const noexcept { return wanted_.load(std::memory_order_relaxed); }

        std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

    private:
        friend access_log;
        lane(std::size_t bytes, bell& writer) : ring_(bytes), writer_(writer) {}

        record_ring ring_;
        bell& writer_;
        std::atomic<std::uint64_t> dropped_{0};
        std::atomic<bool> wanted_{false};
    };

    // How long the writer sleeps between two looks: while there are records, which makes the batch, and at
    // most while there are none, which is as late as a line can be. A lane that is half full wakes it
    // earlier.
    struct pace {
        std::chrono::milliseconds busy{25}, idle{250};
    };

    // Starts the writer thread. `lanes` is the number of workers, `lane_bytes` a power of two from 4 KiB (a
    // record takes about 500 bytes, at most 42 KiB). `errors` must outlive this. Off until write_to().
    access_log(unsigned lanes, service::log& errors, std::size_t lane_bytes = 1 << 20)
        : access_log(lanes, errors, lane_bytes, pace{})
    {}
    access_log(unsigned lanes, service::log& errors, std::size_t lane_bytes, pace naps);
    ~access_log();  // writes what is queued, then joins; the workers must have stopped pushing
    access_log(const access_log&) = delete;
    access_log& operator=(const access_log&) = delete;

    lane& of(unsigned worker) noexcept;

    // Where and how to write from now on, opening the file anew even if it is the same, as logrotate needs (records already queued go to the old place first); nothing =
    // discard. Throws std::system_error when the file cannot be opened, and then changes nothing. Files are
    // opened for append, 0640. Waits for the writer to change over, but for a second at most: a blocked disk
    // holds up the change, not the caller. Control thread only.
    void write_to(const std::optional<conf::access_log>& settings);

    std::uint64_t dropped() const noexcept;  // over all lanes, including lines a write error lost

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace gatehouse::lb
