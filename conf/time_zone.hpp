#pragma once

#include <optional>
#include <string>

namespace gatehouse::conf {

// Where the system keeps the tz database.
inline constexpr const char* zone_folder = "/usr/share/zoneinfo";

// Says why there is no such zone in `folder`, or nothing. Expects a name that is_zone_name() accepted.
std::optional<std::string> check_time_zone(const std::string& name, const std::string& folder = zone_folder);

}  // namespace gatehouse::conf
