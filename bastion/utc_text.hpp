#pragma once

#include <chrono>
#include <string>

namespace gatehouse::bastion {

// RFC 3339 in UTC: "2026-03-01T09:05:07Z", and with microseconds "2026-03-01T09:05:07.000123Z".
std::string utc_text(std::chrono::sys_seconds when);
std::string utc_text(std::chrono::sys_time<std::chrono::microseconds> when);

}  // namespace gatehouse::bastion
