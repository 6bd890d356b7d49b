#include "service/ctl/json_view.hpp"

#include "service/log_line.hpp"
#include "service/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <sstream>

namespace gatehouse::service::ctl {

namespace json = boost::json;

namespace {

// Quotes and backslashes do no harm on a screen, and their escapes are hard to read.
std::string printable(std::string_view text)
{
    std::string shown;
    for (;;) {
        const auto harmless = text.find_first_of("\"\\");
        append_escaped(shown, text.substr(0, harmless));
        if (harmless == text.npos) return shown;
        shown += text[harmless];
        text.remove_prefix(harmless + 1);
    }
}

}  // namespace

std::string text(const json::value& value)
{
    if (value.is_null()) return "-";
    if (value.is_bool()) return value.get_bool() ? "yes" : "no";
    if (!value.is_string()) return json::serialize(value);
    const auto& inside = value.get_string();
    return inside.empty() ? "-" : printable({inside.data(), inside.size()});
}

std::string text(const json::value& object, std::string_view member)
{
    return text(part(object, member));
}

const json::value& part(const json::value& object, std::string_view member)
{
    static const json::value missing;
    const auto* found = object.is_object() ? object.get_object().if_contains(member) : nullptr;
    return found ? *found : missing;
}

const json::array& list(const json::value& object, std::string_view member)
{
    static const json::array missing;
    const auto& found = part(object, member);
    return found.is_array() ? found.get_array() : missing;
}

bool flag(const json::value& object, std::string_view member)
{
    const auto& found = part(object, member);
    return found.is_bool() && found.get_bool();
}

std::string moment(const json::value& when)
{
    if (!when.is_number()) return text(when);
    const std::chrono::duration<double> since_epoch(when.to_number<double>());
    using clock = std::chrono::system_clock;
    return rfc3339(clock::time_point(std::chrono::duration_cast<clock::duration>(since_epoch)));
}

std::string size(const json::value& bytes)
{
    if (!bytes.is_number()) return "-";
    auto left = std::max(0.0, bytes.to_number<double>());
    constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t unit = 0;
    constexpr double full = 1023.95;  // is shown as 1024.0
    for (; left >= full && unit + 1 < units.size(); ++unit) left /= 1024;
    std::ostringstream shown;
    shown << std::fixed << std::setprecision(unit == 0 ? 0 : 1) << left << ' ' << units[unit];
    return shown.str();
}

std::string duration(const json::value& seconds)
{
    if (!seconds.is_number()) return "-";
    auto left = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds.to_number<double>())));
    struct unit {
        std::int64_t length;
        char name;
    };
    constexpr std::array units{unit{86400, 'd'}, unit{3600, 'h'}, unit{60, 'm'}, unit{1, 's'}};
    for (std::size_t i = 0; i + 1 < units.size(); ++i) {
        if (left < units[i].length) continue;
        auto shown = std::to_string(left / units[i].length) + units[i].name;
        const auto next = left % units[i].length / units[i + 1].length;
        if (next > 0) shown += ' ' + std::to_string(next) + units[i + 1].name;
        return shown;
    }
    return std::to_string(left) + 's';
}

}  // namespace gatehouse::service::ctl
