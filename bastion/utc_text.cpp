#include "bastion/utc_text.hpp"

#include <cstdio>

namespace gatehouse::bastion {
namespace {

std::string without_zone(std::chrono::sys_seconds when)
{
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(when - day);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text;
}

}  // namespace

std::string utc_text(std::chrono::sys_seconds when)
{
    return without_zone(when) + 'Z';
}

std::string utc_text(std::chrono::sys_time<std::chrono::microseconds> when)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(when);
    char fraction[16];
    std::snprintf(fraction, sizeof fraction, ".%06dZ", static_cast<int>((when - second).count()));
    return without_zone(second) + fraction;
}

}  // namespace gatehouse::bastion
