#include "bastion/policy/weekly_window.hpp"

#include <date/tz.h>

#include <array>
#include <cstdio>

namespace gatehouse::bastion {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr int week = 7;

// A local time as the zone library, which is older than std::chrono's, calls it.
date::local_seconds local(local_days day, minutes of_day)
{
    return date::local_seconds(day.time_since_epoch() + of_day);
}

bool begins_on(std::uint8_t mask, local_days day)
{
    const auto weekday = std::chrono::weekday(day).iso_encoding() - 1;  // 0 is Monday
    return (mask >> weekday & 1) != 0;
}

std::string days_text(std::uint8_t mask)
{
    constexpr std::array names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    std::string text;
    for (int first = 0; first < week; ++first) {
        if ((mask >> first & 1) == 0) continue;
        int last = first;
        while (last + 1 < week && (mask >> (last + 1) & 1) != 0) ++last;
        if (!text.empty()) text += ',';
        text += names.at(static_cast<std::size_t>(first));
        if (last > first) (text += '-') += names.at(static_cast<std::size_t>(last));
        first = last;
    }
    return text;
}

std::string clock_text(minutes of_day)
{
    char text[16];
    const auto count = static_cast<int>(of_day.count());
    std::snprintf(text, sizeof text, "%02d:%02d", count / 60, count % 60);
    return text;
}

}  // namespace

weekly_window::weekly_window(const conf::weekly_window& from)
    : window_(from),
      text_(days_text(from.days) + ' ' + clock_text(from.begin) + '-' + clock_text(from.end) + ' ' + from.zone),
      zone_(date::locate_zone(from.zone))
{
    zone_->get_info(sys_seconds{});
}

std::optional<sys_seconds> weekly_window::open_until(sys_seconds when) const
{
    auto end = end_of_one(when);
    for (int touching = 0; end && touching < week; ++touching) {
        const auto further = end_of_one(*end);
        if (!further) break;
        end = further;
    }
    return end;
}

std::optional<sys_seconds> weekly_window::opens_after(sys_seconds when) const
{
    const auto today = day_of(when);
    for (int ahead = -1; ahead <= week + 1; ++ahead) {
        const auto one = on(today + days(ahead));
        if (one.begin > when && one.begin < one.end) return one.begin;
    }
    return std::nullopt;
}

// Yesterday's may reach into today; tomorrow's may have begun where the clock was put back over midnight.
std::optional<sys_seconds> weekly_window::end_of_one(sys_seconds when) const
{
    const auto today = day_of(when);
    for (int ahead = -1; ahead <= 1; ++ahead) {
        const auto one = on(today + days(ahead));
        if (one.begin <= when && when < one.end) return one.end;
    }
    return std::nullopt;
}

weekly_window::span weekly_window::on(local_days day) const
{
    if (!begins_on(window_.days, day)) return {};
    const auto last_day = window_.end > window_.begin ? day : day + days(1);
    return {zone_->to_sys(local(day, window_.begin), date::choose::earliest),
            zone_->to_sys(local(last_day, window_.end), date::choose::earliest)};
}

local_days weekly_window::day_of(sys_seconds when) const
{
    return local_days(std::chrono::floor<days>(zone_->to_local(when).time_since_epoch()));
}

}  // namespace gatehouse::bastion
