#include "bastion/identity/timespec.hpp"

#include <algorithm>
#include <ctime>

namespace gatehouse::bastion {
namespace {

using namespace std::chrono;

bool drop_utc(std::string_view& text) noexcept
{
    for (const std::string_view zone : {"Z", "z", "UTC", "utc"}) {
        if (!text.ends_with(zone)) continue;
        text.remove_suffix(zone.size());
        return true;
    }
    return false;
}

// The next `width` digits, 0 when the text has ended.
int take(std::string_view& text, std::size_t width) noexcept
{
    int number = 0;
    for (const char c : text.substr(0, width)) number = number * 10 + (c - '0');
    text.remove_prefix(std::min(width, text.size()));
    return number;
}

}  // namespace

std::optional<sys_seconds> parse_timespec(std::string_view text)
{
    const bool utc = drop_utc(text);
    const auto size = text.size();
    if ((size != 8 && size != 12 && size != 14) ||
        text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    const auto year_number = take(text, 4), month_number = take(text, 2), day_number = take(text, 2);
    const auto hour = take(text, 2), minute = take(text, 2), second = take(text, 2);
    const year_month_day date{year(year_number), month(static_cast<unsigned>(month_number)),
                              day(static_cast<unsigned>(day_number))};
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const auto in_utc = sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
    if (utc) return in_utc < sys_seconds() ? std::nullopt : std::optional<sys_seconds>(in_utc);

    std::tm local{};
    local.tm_year = year_number - 1900;
    local.tm_mon = month_number - 1;
    local.tm_mday = day_number;
    local.tm_hour = hour;
    local.tm_min = minute;
    local.tm_sec = second;
    local.tm_isdst = -1;  // as the zone has it on that day
    const auto found = std::mktime(&local);
    if (found < 0) return std::nullopt;
    return sys_seconds(seconds(found));
}

}  // namespace gatehouse::bastion
