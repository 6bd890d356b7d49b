#pragma once

#include <atomic>
#include <chrono>

namespace gatehouse::lb {

// Wakes one sleeping thread from any number of others. However often it is rung before the sleeper looks,
// only the first ring costs a system call. None is lost: one that comes before wait() ends it at once.
class bell {
public:
    bell();  // throws std::system_error when there is no descriptor left
    ~bell();
    bell(const bell&) = delete;
    bell& operator=(const bell&) = delete;

    void ring() noexcept;

    // Returns when rung or after `patience`. What happened before ring() is visible after the wait() it
    // ended.
    void wait(std::chrono::milliseconds patience) noexcept;

private:
    int event_ = -1;  // an eventfd
    std::atomic<bool> rung_{false};
};

}  // namespace gatehouse::lb
