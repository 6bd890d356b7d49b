#include "service/log_line.hpp"

#include "service/text.hpp"

#include <cstdio>
#include <ctime>

namespace gatehouse::service {

namespace {

std::string_view name_of(log::level how)
{
    switch (how) {
    case log::level::debug:
        return "debug";
    case log::level::info:
        return "info";
    case log::level::warning:
        return "warning";
    case log::level::error:
        break;
    }
    return "error";
}

// Builds either layout; a field is separated from what stands before it.
class line {
public:
    explicit line(log::format layout) : json_(layout == log::format::json)
    {
        if (json_) text_ = "{";
    }

    void add(std::string_view key, std::string_view value, bool number = false)
    {
        if (text_.size() > (json_ ? 1U : 0U)) text_ += json_ ? ',' : ' ';
        bool bare = number;
        if (json_) {
            text_ += json_string(key) += ':';
        } else {
            (text_ += key) += '=';
            bare = !value.empty() && value.find_first_of(" =") == value.npos && is_plain(value);
        }
        if (bare)
            text_ += value;
        else
            text_ += json_string(value);
    }

    std::string finish() { return std::move(text_ += json_ ? "}\n" : "\n"); }

private:
    std::string text_;
    bool json_;
};

}  // namespace

std::string rfc3339(std::chrono::system_clock::time_point when)
{
    using namespace std::chrono;
    const auto whole = floor<seconds>(when);
    const auto rest = floor<milliseconds>(when - whole).count();
    const std::time_t since_epoch = system_clock::to_time_t(whole);
    std::tm utc{};
    gmtime_r(&since_epoch, &utc);
    char date[64];
    const auto length = std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(date + length, sizeof date - length, ".%03dZ", static_cast<int>(rest));
    return date;
}

std::string log_line(log::format layout, std::optional<std::chrono::system_clock::time_point> when,
                     log::level how, std::string_view event, log::fields more)
{
    line built(layout);
    if (when) built.add("time", rfc3339(*when));
    built.add("level", name_of(how));
    built.add("event", event);
    for (const auto& each : more) built.add(each.key, each.value, each.number);
    return built.finish();
}

}  // namespace gatehouse::service
