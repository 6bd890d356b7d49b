#include "service/burst.hpp"

#include <chrono>
#include <thread>

namespace gatehouse::service {
namespace {

using std::chrono::steady_clock;

constexpr auto longest_burst = std::chrono::microseconds(100);
constexpr auto pause = std::chrono::microseconds(100);

// Of this thread, where it is one that yields.
thread_local bool yields = false;
thread_local steady_clock::time_point burst_began;

}  // namespace

void begin_burst() noexcept
{
    yields = true;
    burst_began = steady_clock::now();
}

void let_others_run() noexcept
{
    if (!yields || steady_clock::now() - burst_began < longest_burst) return;
    std::this_thread::sleep_for(pause);  // yielding would not do: the thread may be chosen again at once
    burst_began = steady_clock::now();
}

}  // namespace gatehouse::service
