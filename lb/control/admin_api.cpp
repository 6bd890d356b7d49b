#include "lb/control/admin_api.hpp"

#include "lb/control/discover_reply.hpp"
#include "lb/control/explain.hpp"
#include "lb/control/explain_target.hpp"
#include "lb/control/target_replies.hpp"
#include "service/json_reply.hpp"
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
    return {{"version", GATEHOUSE_VERSION},
            {"state", door.draining() ? "draining" : "running"},
            {"uptime_seconds", door.uptime_seconds()},
            {"config", door.last_load().status(door.settings().file)},
            {"workers", door.worker_count()},
            {"listeners", listeners_of(door)},
            {"requests_total", door.counters().requests()}};
}

admin_response reload(load_balancer& door)
{
    const auto problems = door.reload();
    if (problems.empty()) return service::json_reply({{"ok", true}});
    json::array errors;
    for (const auto& one : problems) errors.emplace_back(one);
    return service::json_reply({{"ok", false}, {"errors", errors}}, 422);
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
    server.route("GET", "/api/v1/status", [&](const admin_request&) { return service::json_reply(status_of(door)); });
    server.route("GET", "/api/v1/targets", [&](const admin_request&) { return service::json_reply(targets_of(door)); });
    server.route("POST", "/api/v1/targets/{}/{}/drain",
                 [&](const admin_request& asked) { return set_drained(door, asked, true); });
    server.route("POST", "/api/v1/targets/{}/{}/undrain",
                 [&](const admin_request& asked) { return set_drained(door, asked, false); });
    server.route("POST", "/api/v1/reload", [&](const admin_request&) { return reload(door); });
    server.route("GET", "/api/v1/zones", [&](const admin_request&) { return service::json_reply(zones_of(door)); });
    server.route("POST", "/api/v1/zones/{}/away", [&](const admin_request& asked) { return shift_zone(door, asked); });
    server.route("POST", "/api/v1/zones/{}/back", [&](const admin_request& asked) { return end_zone_shift(door, asked); });
    server.route("POST", "/api/v1/explain", [&](const admin_request& asked) { return explain_request(door, asked); });
    server.route("POST", "/api/v1/explain/target",
                 [&](const admin_request& asked) { return explain_target(door, asked); });
    server.route_slow("POST", "/api/v1/discover", [&](const admin_request&) { return discover_reply(door); });
}

}  // namespace gatehouse::lb
