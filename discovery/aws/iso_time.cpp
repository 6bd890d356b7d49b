#include "discovery/aws/iso_time.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace gatehouse::discovery::aws {
namespace {

using namespace std::chrono;

constexpr int last_year = 2200;  // nanoseconds in 64 bits end in 2262

bool skip(std::string_view& text, char expected)
{
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

// A number of exactly `width` digits; -1 when there is none.
int take_digits(std::string_view& text, std::size_t width)
{
    if (text.size() < width) return -1;
    int number = 0;
    for (const char c : text.substr(0, width)) {
        if (c < '0' || c > '9') return -1;
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(width);
    return number;
}

bool skip_fraction(std::string_view& text)
{
    if (!skip(text, '.')) return true;
    const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(end);
    return end > 0;
}

// East of Greenwich.
std::optional<minutes> take_offset(std::string_view& text)
{
    if (skip(text, 'Z')) return minutes(0);
    const bool west = !text.empty() && text.front() == '-';
    if (!west && (text.empty() || text.front() != '+')) return std::nullopt;
    text.remove_prefix(1);
    const int hour = take_digits(text, 2);
    if (hour < 0 || hour > 23 || !skip(text, ':')) return std::nullopt;
    const int minute = take_digits(text, 2);
    if (minute < 0 || minute > 59) return std::nullopt;
    const auto offset = hours(hour) + minutes(minute);
    return west ? -offset : offset;
}

}  // namespace

std::optional<system_clock::time_point> parse_iso_time(std::string_view text)
{
    struct part {
        std::size_t width;
        char end;
        int limit;
    };
    constexpr std::array<part, 6> form{
        {{4, '-', 9999}, {2, '-', 12}, {2, 'T', 31}, {2, ':', 23}, {2, ':', 59}, {2, '\0', 59}}};
    std::array<int, form.size()> read{};
    for (std::size_t i = 0; i < form.size(); ++i) {
        read[i] = take_digits(text, form[i].width);
        if (read[i] < 0 || read[i] > form[i].limit) return std::nullopt;
        if (form[i].end != '\0' && !skip(text, form[i].end)) return std::nullopt;
    }
    if (!skip_fraction(text)) return std::nullopt;
    const auto offset = take_offset(text);
    const year_month_day date{year(read[0]), month(static_cast<unsigned>(read[1])),
                              day(static_cast<unsigned>(read[2]))};
    if (!offset || !text.empty() || !date.ok() || read[0] < 1970) return std::nullopt;
    if (read[0] > last_year) return sys_days(year(last_year) / December / 31);
    const auto time = sys_days(date) + hours(read[3]) + minutes(read[4]) + seconds(read[5]) - *offset;
    if (time < sys_days(year(1970) / January / 1)) return std::nullopt;
    return time;
}

std::string basic_iso_time(system_clock::time_point time)
{
    const auto second = floor<seconds>(time);
    const auto midnight = floor<days>(second);
    const year_month_day date(midnight);
    const hh_mm_ss clock(second - midnight);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

}  // namespace gatehouse::discovery::aws
