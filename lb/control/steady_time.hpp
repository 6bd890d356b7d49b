#pragma once

#include <chrono>
#include <cstdint>

namespace gatehouse::lb {

// Milliseconds of the steady clock, as targets and drains count them.
inline std::int64_t steady_ms()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace gatehouse::lb
