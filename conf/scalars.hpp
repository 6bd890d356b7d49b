#pragma once

#include "conf/units.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::conf {

// The forms of single values. Each is strict: no spaces, signs, leading zeros or missing units; empty when
// the text has another form or the number does not fit.
std::optional<std::uint64_t> parse_count(std::string_view text);
std::optional<duration> parse_duration(std::string_view text);   // 250ms 5s 2m 1h 1d
std::optional<std::uint64_t> parse_size(std::string_view text);  // 512B 16KiB 64MiB 1GiB
std::optional<unsigned> parse_percentage(std::string_view text);  // 0% .. 100%
std::optional<std::uint64_t> parse_digits(std::string_view text);  // as "08" in a time, leading zeros and all
std::optional<std::chrono::sys_seconds> parse_time(std::string_view text);  // RFC 3339, to the second, in upper case

// In the largest unit that fits: "5m", "1500ms", "16KiB".
std::string duration_text(duration value);
std::string size_text(std::uint64_t bytes);

}  // namespace gatehouse::conf
