#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::discovery::aws {

// A time as AWS writes it: "2024-01-02T03:04:05Z", also with a fraction, which is dropped, and with an offset
// such as +01:00 in place of the Z. Years after 2200 are taken for 2200: some endpoints say "never" with
// 9999. Empty when it is no such time, or before 1970.
std::optional<std::chrono::system_clock::time_point> parse_iso_time(std::string_view text);

// "20240102T030405Z": the form of X-Amz-Date. Its first eight characters are the date.
std::string basic_iso_time(std::chrono::system_clock::time_point time);

}  // namespace gatehouse::discovery::aws
