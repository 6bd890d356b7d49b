#include "conf/weekly_window.hpp"

#include "conf/scalars.hpp"
#include "conf/syntax.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gatehouse::conf {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 7> day_names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

// What stands before the separator, which goes too; all of it when there is none.
std::string_view cut(std::string_view& text, char separator)
{
    const auto end = std::min(text.find(separator), text.size());
    const auto first = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return first;
}

std::optional<unsigned> parse_day(std::string_view text)
{
    const auto found = std::ranges::find(day_names, text);
    if (found == day_names.end()) return std::nullopt;
    return static_cast<unsigned>(found - day_names.begin());
}

// "Mon", or "Mon-Fri", as bits.
std::optional<unsigned> parse_day_range(std::string_view text)
{
    const bool range = text.find('-') != std::string_view::npos;
    const auto first = parse_day(cut(text, '-'));
    const auto last = range ? parse_day(text) : first;
    if (!first || !last) return std::nullopt;
    unsigned days = 0;
    for (auto day = *first;; day = (day + 1) % 7) {
        days |= 1U << day;
        if (day == *last) return days;
    }
}

std::optional<std::uint8_t> parse_days(std::string_view text)
{
    if (text.empty() || text.ends_with(',')) return std::nullopt;
    unsigned days = 0;
    while (!text.empty()) {
        const auto more = parse_day_range(cut(text, ','));
        if (!more) return std::nullopt;
        days |= *more;
    }
    return static_cast<std::uint8_t>(days);
}

// "08:00", up to "24:00".
std::optional<minutes> parse_time_of_day(std::string_view text)
{
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto hour = parse_digits(text.substr(0, 2)), minute = parse_digits(text.substr(3));
    if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > 24 * 60) return std::nullopt;
    return minutes(*hour * 60 + *minute);
}

}  // namespace

std::optional<weekly_window> parse_weekly_window(std::string_view text)
{
    weekly_window made;
    if (text.ends_with(' ')) return std::nullopt;
    auto part = cut(text, ' ');
    if (part.find(':') == std::string_view::npos) {
        const auto days = parse_days(part);
        if (!days) return std::nullopt;
        made.days = *days;
        part = cut(text, ' ');
    }
    const auto begin = parse_time_of_day(cut(part, '-')), end = parse_time_of_day(part);
    if (!begin || !end || *begin == minutes(24 * 60)) return std::nullopt;
    made.begin = *begin;
    made.end = *end;
    if (text.empty()) return made;
    if (!is_zone_name(text)) return std::nullopt;
    made.zone = text;
    return made;
}

}  // namespace gatehouse::conf
