#pragma once

#include "service/log.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::service {

// RFC 3339 in UTC with milliseconds: "2026-11-20T11:28:05.042Z".
std::string rfc3339(std::chrono::system_clock::time_point when);

// One line of the operational log, with its newline: time (where given), level, event, then the fields.
std::string log_line(log::format layout, std::optional<std::chrono::system_clock::time_point> when,
                     log::level how, std::string_view event, log::fields more);

}  // namespace gatehouse::service
