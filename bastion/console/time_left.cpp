#include "bastion/console/time_left.hpp"

#include "bastion/utc_text.hpp"

namespace gatehouse::bastion {
namespace {

std::string two(long long greater, const char* unit, long long lesser, const char* lesser_unit)
{
    auto text = std::to_string(greater) + ' ' + unit;
    if (lesser > 0) text += ' ' + std::to_string(lesser) + ' ' + lesser_unit;
    return text;
}

}  // namespace

std::string span_text(std::chrono::seconds span)
{
    const long long seconds = span.count();
    if (seconds >= 86400) return two(seconds / 86400, "d", seconds % 86400 / 3600, "h");
    if (seconds >= 3600) return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
    if (seconds >= 60) return std::to_string(seconds / 60) + " min";
    return std::to_string(seconds > 0 ? seconds : 0) + " s";
}

std::string until_text(std::chrono::sys_seconds end, std::chrono::sys_seconds now)
{
    return utc_text(end) + (end > now ? " (in " + span_text(end - now) + ")" : " (over)");
}

}  // namespace gatehouse::bastion
