#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace gatehouse::bastion {

// YYYYMMDD[HHMM[SS]] as expiry-time= has it: with a Z (or UTC) behind it in UTC, else in the system's time
// zone. Empty when it is no such time, or before 1970.
std::optional<std::chrono::sys_seconds> parse_timespec(std::string_view text);

}  // namespace gatehouse::bastion
