#pragma once

#include "conf/lb.hpp"
#include "lb/log/access_record.hpp"
#include "service/log.hpp"
#include "service/log_file.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace gatehouse::lb {

// Formats records into one buffer and writes it out in batches. A write that fails costs its lines, which are
// counted; the operator hears of the first failure and of the recovery, not of each. Belongs to one thread,
// but for lost(). `errors` must outlive this.
class access_writer {
public:
    struct destination {
        service::log_file file;
        conf::access_log::format layout;
    };

    explicit access_writer(service::log& errors);

    // Records added so far go to the old destination, later ones to the new one; nothing = discard them.
    void direct(std::optional<destination> next);

    void add(const access_record& record);  // writes first when the buffer is full
    void flush();

    std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

private:
    void report(const service::log_file::outcome& written);

    service::log& errors_;
    std::optional<destination> out_;
    std::unique_ptr<char[]> buffer_;
    std::size_t used_ = 0;
    std::atomic<std::uint64_t> lost_{0};
    std::uint64_t lost_before_ = 0;  // when the present failure began
    bool failing_ = false;
};

}  // namespace gatehouse::lb
