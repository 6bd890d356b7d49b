#include "bastion/control/admin_api.hpp"

#include "bastion/control/jump_host.hpp"
#include "bastion/control/replies.hpp"
#include "service/json_reply.hpp"
#include "service/sockets.hpp"

#include <boost/json.hpp>

namespace gatehouse::bastion {
namespace {

namespace json = boost::json;
using service::admin_request;
using service::admin_response;
using service::json_reply;

json::value status_of(const jump_host& host)
{
    json::array listeners;
    std::size_t channels = 0;
    for (const auto& [group, number] : host.sessions().channels_by_group()) channels += number;
    for (const auto& socket : host.sockets())
        listeners.push_back({{"name", socket.name},
                             {"address", service::to_string(socket.address)},
                             {"protocol", "ssh"},
                             {"connections", host.sessions().size() + host.startups().inside()}});
    return {{"version", GATEHOUSE_VERSION},
            {"state", host.draining() ? "draining" : "running"},
            {"uptime_seconds", host.uptime_seconds()},
            {"config", host.last_load().status(host.settings().file)},
            {"workers", host.worker_count()},
            {"listeners", std::move(listeners)},
            {"sessions", host.sessions().size()},
            {"channels", channels},
            {"logins_total", static_cast<std::uint64_t>(host.counters().logins())}};
}

admin_response reload(jump_host& host)
{
    const auto problems = host.reload();
    if (problems.empty()) return json_reply({{"ok", true}});
    json::array errors;
    for (const auto& one : problems) errors.emplace_back(one);
    return json_reply({{"ok", false}, {"errors", std::move(errors)}}, 422);
}

}  // namespace

void add_admin_routes(service::admin_server& server, jump_host& host)
{
    server.route("GET", "/metrics", [&](const admin_request&) {
        return admin_response{200, "text/plain; version=0.0.4; charset=utf-8", host.metrics_text()};
    });
    server.route("GET", "/healthz", [](const admin_request&) { return admin_response{200, "text/plain", "ok\n"}; });
    server.route("GET", "/readyz", [&](const admin_request&) {
        return host.draining() ? admin_response{503, "text/plain", "draining\n"}
                               : admin_response{200, "text/plain", "ready\n"};
    });
    server.route("GET", "/api/v1/status", [&](const admin_request&) { return json_reply(status_of(host)); });
    server.route("GET", "/api/v1/targets", [&](const admin_request&) { return json_reply(targets_of(host)); });
    server.route("GET", "/api/v1/sessions",
                 [&](const admin_request& asked) { return json_reply(sessions_of(host, asked)); });
    server.route("DELETE", "/api/v1/sessions/{}", [&](const admin_request& asked) { return end_session(host, asked); });
    server.route("GET", "/api/v1/penalties", [&](const admin_request&) { return json_reply(penalties_of(host)); });
    server.route("DELETE", "/api/v1/penalties/{}", [&](const admin_request& asked) { return forgive(host, asked); });
    server.route("POST", "/api/v1/policy/test", [&](const admin_request& asked) { return test_policy(host, asked); });
    server.route("POST", "/api/v1/reload", [&](const admin_request&) { return reload(host); });
}

}  // namespace gatehouse::bastion
