#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace gatehouse::discovery::aws {

// A Date field as servers must write it (IMF-fixdate, RFC 9110 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". The
// name of the day is not looked at. Empty for anything else.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);

}  // namespace gatehouse::discovery::aws
