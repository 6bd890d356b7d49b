#include "lb/control/admin_api.hpp"

#include "lb/control/explain.hpp"
#include "lb/control/json_reply.hpp"
#include "lb/control/steady_time.hpp"
#include "service/sockets.hpp"

namespace gatehouse::lb {
namespace {

namespace json = boost::json;
using service::admin_request;
using service::admin_response;

json::array listeners_of(const load_balancer& door)
{
    json::array all;
    for (const auto& socket : door.sockets()) {
        std::string protocol = "http";
        for (const auto& listener : door.settings().lb->listeners)
            if (listener.name == socket.name && listener.protocol == conf::listener_protocol::https)
                protocol = "https";
        all.push_back({{"name", socket.name},
                       {"address", service::to_string(socket.address)},
                       {"protocol", protocol},
                       {"connections", door.counters().connections(socket.name)}});
    }
    return all;
}

json::value status_of(const load_balancer& door)
{
    const auto& loaded = door.last_load();
    json::array errors;
    for (const auto& one : loaded.last_errors) errors.emplace_back(one);
    return {{"version", GATEHOUSE_VERSION},
            {"state", door.draining() ? "draining" : "running"},
            {"uptime_seconds", door.uptime_seconds()},
            {"config",
             {{"file", door.settings().file},
              {"loaded_at", loaded.loaded_at},
              {"generation", loaded.generation},
              {"last_reload_successful", loaded.last_successful},
              {"errors", errors}}},
            {"workers", door.worker_count()},
            {"listeners", listeners_of(door)},
            {"requests_total", door.counters().requests()}};
}

json::value target_of(const target_registry::row& line)
{
    const auto& about = line.which->about;
    return {{"id", line.which->id()},
            {"name", about.name},
            {"zone", about.zone},
            {"address", line.which->address_text()},
            {"lifecycle", std::string(discovery::to_string(about.state))},
            {"state", line.state},
            {"reason", line.state == "healthy" ? std::string() : about.health_reason},
            {"in_flight", line.which->in_flight()},
            {"drain_seconds_left",
             line.drain_seconds_left ? json::value(*line.drain_seconds_left) : json::value(nullptr)},
            {"operator_drained", about.operator_drained}};
}

json::value targets_of(const load_balancer& door)
{
    json::array groups;
    for (const auto& group : door.targets().rows(steady_ms())) {
        json::array targets;
        for (const auto& line : group.targets) targets.push_back(target_of(line));
        groups.push_back({{"name", group.settings->name},
                          {"members", group.settings->members},
                          {"algorithm", group.settings->algorithm == conf::algorithm::round_robin
                                            ? "round_robin"
                                            : "least_outstanding_requests"},
                          {"fail_open", group.fail_open},
                          {"targets", targets}});
    }
    return {{"target_groups", groups}};
}

admin_response set_drained(load_balancer& door, const admin_request& asked, bool drained)
{
    const auto &group = asked.parameters[0], &id = asked.parameters[1];
    if (!door.set_drained(group, id, drained))
        return json_reply({{"error", "no target " + id + " in target group " + group}}, 404);
    std::string state = "unknown";
    for (const auto& rows : door.targets().rows(steady_ms()))
        for (const auto& line : rows.targets)
            if (rows.settings->name == group && line.which->id() == id) state = line.state;
    return json_reply({{"group", group}, {"id", id}, {"state", state}});
}

admin_response reload(load_balancer& door)
{
    const auto problems = door.reload();
    if (problems.empty()) return json_reply({{"ok", true}});
    json::array errors;
    for (const auto& one : problems) errors.emplace_back(one);
    return json_reply({{"ok", false}, {"errors", errors}}, 422);
}

}  // namespace

void add_admin_routes(service::admin_server& server, load_balancer& door)
{
    server.route("GET", "/metrics", [&](const admin_request&) {
        return admin_response{200, "text/plain; version=0.0.4; charset=utf-8", door.metrics_text()};
    });
    server.route("GET", "/healthz", [](const admin_request&) { return admin_response{200, "text/plain", "ok\n"}; });
    server.route("GET", "/readyz", [&](const admin_request&) {
        return door.draining() ? admin_response{503, "text/plain", "draining\n"}
                               : admin_response{200, "text/plain", "ready\n"};
    });
    server.route("GET", "/api/v1/status", [&](const admin_request&) { return json_reply(status_of(door)); });
    server.route("GET", "/api/v1/targets", [&](const admin_request&) { return json_reply(targets_of(door)); });
    server.route("POST", "/api/v1/targets/{}/{}/drain",
                 [&](const admin_request& asked) { return set_drained(door, asked, true); });
    server.route("POST", "/api/v1/targets/{}/{}/undrain",
                 [&](const admin_request& asked) { return set_drained(door, asked, false); });
    server.route("POST", "/api/v1/reload", [&](const admin_request&) { return reload(door); });
    server.route("POST", "/api/v1/explain", [&](const admin_request& asked) { return explain_request(door, asked); });
}

}  // namespace gatehouse::lb
