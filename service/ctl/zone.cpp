#include "conf/scalars.hpp"
#include "service/ctl/address.hpp"
#include "service/ctl/command.hpp"
#include "service/ctl/json_view.hpp"
#include "service/ctl/show.hpp"
#include "service/ctl/table.hpp"
#include "service/exit_code.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <cstdint>

namespace gatehouse::service::ctl {

namespace {

namespace json = boost::json;

std::int64_t seconds_away(const invocation& asked)
{
    using namespace std::chrono;
    if (!asked.has("--for")) return seconds(1h).count();
    const auto given = asked.value("--for");
    const auto parsed = conf::parse_duration(given);
    if (!parsed || *parsed < 1s || *parsed > 72h || *parsed % 1s != 0ms)
        throw usage_error("--for takes 1s .. 3d in whole seconds, such as 90s, 30m or 2h, not '" + given +
                          '\'');
    return duration_cast<seconds>(*parsed).count();
}

int change(const invocation& asked, terminal screen, std::string_view verb, const json::value& body)
{
    const auto& zone = asked.operands().front();
    if (zone.empty()) throw usage_error("a zone has a name; targets without a zone cannot be sent away");
    const auto path = "/api/v1/zones/" + path_segment(zone) + '/' + std::string(verb);
    const auto answer = call_ok(find_endpoint(asked), "POST", path, body);
    screen.out << (asked.has("--json") ? json::serialize(answer) + '\n' : show_zone(answer));
    return exit_code::ok;
}

int run_list(const invocation& asked, terminal screen)
{
    const auto zones = call_ok(find_endpoint(asked), "GET", "/api/v1/zones");
    screen.out << (asked.has("--json") ? json::serialize(zones) + '\n' : show_zones(zones));
    return exit_code::ok;
}

std::string time_left(const json::value& zone)
{
    const auto left = duration(part(zone, "away_seconds_left"));
    return left == "-" ? left : left + " left";
}

}  // namespace

std::string show_zones(const json::value& zones)
{
    table all({"ZONE", "TARGETS", "HEALTHY", "AWAY"});
    for (const auto& each : list(zones, "zones"))
        all.row({text(each, "zone") + (flag(each, "own") ? " (this node's)" : ""), text(each, "targets"),
                 text(each, "healthy"), time_left(each)});
    return all.text();
}

std::string show_zone(const json::value& zone)
{
    const auto left = time_left(zone);
    return text(zone, "zone") + (left == "-" ? " is back\n" : " is away, " + left + '\n');
}

command zone_away_command()
{
    auto options = admin_options();
    options.push_back({"--for", "DURATION", "how long, 1s .. 3d (default 1h)"});
    return {
        "zone away",
        "ZONE",
        "send a zone no new requests for a while",
        "While ZONE is away its targets get no new request as long as another zone has a healthy target;\n"
        "their running requests go on. Ends by itself. Survives reloads, not a restart of the daemon. Each\n"
        "daemon has to be told.\n"
        "Exit code: 0, or 1 when no target is in ZONE or no other zone has a healthy target.",
        1,
        std::move(options),
        [](const invocation& asked, terminal screen) {
            return change(asked, screen, "away", json::object{{"seconds", seconds_away(asked)}});
        }};
}

command zone_back_command()
{
    return {"zone back",
            "ZONE",
            "end a zone's time away",
            "The healthy targets of ZONE get requests again.\n"
            "Exit code: 0, or 1 when ZONE is not away.",
            1,
            admin_options(),
            [](const invocation& asked, terminal screen) { return change(asked, screen, "back", nullptr); }};
}

command zone_list_command()
{
    return {
        "zone list",
        "",
        "list the zones, how they are and which are away",
        "Lists every zone with its targets, how many of them are healthy and, while it is away, the time\n"
        "left.\n"
        "Exit code: 0.",
        0,
        admin_options(),
        run_list};
}

}  // namespace gatehouse::service::ctl
