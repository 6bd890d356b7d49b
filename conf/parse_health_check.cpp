#include "conf/parse.hpp"
#include "conf/scalars.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"

#include <string_view>

namespace gatehouse::conf {
namespace {

using namespace std::chrono_literals;
using status_range = std::pair<unsigned, unsigned>;

std::optional<status_range> parse_status_range(std::string_view text)
{
    const auto dash = text.find('-');
    const auto lowest = parse_count(text.substr(0, dash));
    const auto highest = dash == std::string_view::npos ? lowest : parse_count(text.substr(dash + 1));
    if (!lowest || !highest || *lowest < 200 || *highest > 599 || *lowest > *highest) return std::nullopt;
    return status_range{*lowest, *highest};
}

// "200", "200,202", "200-299" and lists of both.
std::optional<std::vector<status_range>> parse_matcher(std::string_view text)
{
    std::vector<status_range> ranges;
    while (true) {
        const auto comma = text.find(',');
        const auto range = parse_status_range(text.substr(0, comma));
        if (!range) return std::nullopt;
        ranges.push_back(*range);
        if (comma == std::string_view::npos) return ranges;
        text.remove_prefix(comma + 1);
    }
}

void read_matcher(const reader& at, std::vector<status_range>& to)
{
    const auto text = at.text();
    if (!text) return;
    if (auto ranges = parse_matcher(*text))
        to = std::move(*ranges);
    else
        at.fail("expected statuses 200 .. 599 such as \"200\", \"200,202\" or \"200-299\", " +
                at.found(*text));
}

void read_check_port(const reader& at, std::optional<std::uint16_t>& to)
{
    const auto text = at.text();
    if (!text || *text == "traffic") return;
    const auto number = parse_count(*text).value_or(0);
    if (number >= 1 && number <= 65535)
        to = static_cast<std::uint16_t>(number);
    else
        at.fail("expected traffic or a port 1 .. 65535, " + at.found(*text));
}

void read_check_path(const reader& at, std::string& to)
{
    const auto text = at.text();
    if (!text) return;
    if (is_request_path(*text))
        to = *text;
    else
        at.fail("expected a path that starts with '/', at most 1024 visible ASCII characters without '#', " +
                at.found(*text));
}

}  // namespace

void parse_health_check(const reader& at, health_check& to)
{
    at.mapping({
        {"path", section(read_check_path, to.path)},
        {"port", [&](const reader& value) { read_check_port(value, to.port); }},
        {"interval", duration_in(to.interval, 100ms, 300s)},
        {"timeout", duration_in(to.timeout, 1ms, 300s)},
        {"healthy_threshold", count_in(to.healthy_threshold, 1U, 10U)},
        {"unhealthy_threshold", count_in(to.unhealthy_threshold, 1U, 10U)},
        {"matcher", section(read_matcher, to.matcher)},
    });
    if (at.sound({"timeout", "interval"}) && to.timeout >= to.interval)
        at.fail("timeout", "must be shorter than interval (" + duration_text(to.interval) + "), " +
                               (at.has("timeout") ? "found '" : "its default is '") +
                               duration_text(to.timeout) + '\'');
}

}  // namespace gatehouse::conf
