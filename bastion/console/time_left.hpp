#pragma once

#include <chrono>
#include <string>

namespace gatehouse::bastion {

// "2 d 3 h", "3 h 20 min", "14 min", "50 s"; rounded down, and "0 s" for what is over.
std::string span_text(std::chrono::seconds span);

// "2026-03-01T09:05:07Z (in 3 h 20 min)", or "(over)".
std::string until_text(std::chrono::sys_seconds end, std::chrono::sys_seconds now);

}  // namespace gatehouse::bastion
