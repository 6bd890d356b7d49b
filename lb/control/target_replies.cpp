#include "lb/control/target_replies.hpp"

#include "discovery/provider_setup.hpp"
#include "lb/control/steady_time.hpp"
#include "service/json_reply.hpp"

#include <algorithm>
#include <chrono>

namespace gatehouse::lb {
namespace {

namespace json = boost::json;
using service::admin_request;
using service::admin_response;

constexpr std::int64_t longest_shift = 3 * 24 * 3600;  // seconds, as ARC allows

json::value or_null(std::optional<std::int64_t> number) { return number ? json::value(*number) : json::value(nullptr); }

json::value target_of(const target_registry::row& line)
{
    const auto& about = line.which->about;
    return {{"id", line.which->id()},
            {"name", about.name},
            {"zone", about.zone},
            {"zone_away", line.where == tier::away},
            {"address", line.which->address_text()},
            {"lifecycle", std::string(discovery::to_string(about.state))},
            {"provider_state", about.provider_state},
            {"state", line.state},
            {"reason", line.state == "healthy" ? std::string() : about.health_reason},
            {"in_flight", line.which->in_flight()},
            {"drain_seconds_left", or_null(line.drain_seconds_left)},
            {"operator_drained", about.operator_drained}};
}

}  // namespace

std::optional<std::int64_t> answer_age(const load_balancer& door, const conf::group& of)
{
    const auto kind = discovery::provider_name(of);
    const auto known = door.house().find(of.name);
    if ((kind != "asg" && kind != "dns") || known == door.house().end()) return std::nullopt;
    const auto age = std::chrono::system_clock::now() - known->second->as_of;
    return std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(age).count());
}

json::value targets_of(const load_balancer& door)
{
    json::array groups;
    for (const auto& group : door.targets().rows(steady_ms())) {
        json::array targets;
        for (const auto& line : group.targets) targets.push_back(target_of(line));
        json::object shown{{"name", group.settings->name},
                           {"members", group.settings->members},
                           {"algorithm", group.settings->algorithm == conf::algorithm::round_robin
                                             ? "round_robin"
                                             : "least_outstanding_requests"},
                           {"fail_open", group.fail_open},
                           {"targets", std::move(targets)}};
        const auto source = std::ranges::find(door.settings().groups, group.settings->members, &conf::group::name);
        if (source != door.settings().groups.end()) {
            shown["source"] = discovery::provider_name(*source);
            shown["age_seconds"] = or_null(answer_age(door, *source));
        }
        groups.push_back(std::move(shown));
    }
    return {{"target_groups", groups}};
}

admin_response set_drained(load_balancer& door, const admin_request& asked, bool drained)
{
    const auto &group = asked.parameters[0], &id = asked.parameters[1];
    if (!door.set_drained(group, id, drained))
        return service::json_reply({{"error", "no target " + id + " in target group " + group}}, 404);
    const auto state = door.targets().state_of_target(group, id).value_or("unknown");  // it may have left by this
    return service::json_reply({{"group", group}, {"id", id}, {"state", state}});
}

json::value zones_of(const load_balancer& door)
{
    json::array zones;
    for (const auto& one : door.targets().zones(steady_ms()))
        zones.push_back({{"zone", one.zone},
                         {"own", one.own},
                         {"targets", one.targets},
                         {"healthy", one.healthy},
                         {"away_seconds_left", or_null(one.away_seconds_left)}});
    return {{"zones", zones}};
}

admin_response shift_zone(load_balancer& door, const admin_request& asked)
{
    const auto& zone = asked.parameters[0];
    boost::system::error_code wrong;
    const auto body = json::parse(asked.body, wrong);
    const auto* seconds = !wrong && body.is_object() ? body.get_object().if_contains("seconds") : nullptr;
    const auto lasting = seconds && seconds->is_int64() ? seconds->get_int64() : 0;
    if (lasting < 1 || lasting > longest_shift)
        return service::json_reply({{"error", "seconds must be a number from 1 to " + std::to_string(longest_shift)}}, 400);
    switch (door.shift_zone(zone, std::chrono::seconds(lasting))) {
    case target_registry::shift::unknown_zone:
        return service::json_reply({{"error", "no target is in zone " + zone}}, 404);
    case target_registry::shift::nowhere_else:
        return service::json_reply({{"error", "no other zone has a healthy target, so " + zone + " would go on serving"}}, 409);
    case target_registry::shift::shifted: break;
    }
    return service::json_reply({{"zone", zone}, {"away_seconds_left", lasting}});
}

admin_response end_zone_shift(load_balancer& door, const admin_request& asked)
{
    const auto& zone = asked.parameters[0];
    if (!door.end_zone_shift(zone)) return service::json_reply({{"error", "zone " + zone + " is not away"}}, 404);
    return service::json_reply({{"zone", zone}, {"away_seconds_left", nullptr}});
}

}  // namespace gatehouse::lb
