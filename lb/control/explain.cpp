#include "lb/control/explain.hpp"

#include "lb/control/steady_time.hpp"
#include "lb/http/head_limits.hpp"
#include "lb/proxy/exchange.hpp"
#include "lb/router/actions.hpp"
#include "service/json_reply.hpp"

#include <algorithm>

namespace gatehouse::lb {
namespace {

namespace json = boost::json;
using service::admin_request;
using service::admin_response;

struct url_parts {
    std::string scheme, authority, target;
};

// "https://site/path?x", "site/path" is not one: a URL or an absolute path.
std::optional<url_parts> split(std::string_view url)
{
    if (url.starts_with('/')) return url_parts{"", "", std::string(url)};
    const auto colon = url.find("://");
    if (colon == std::string_view::npos) return std::nullopt;
    url_parts parts{std::string(url.substr(0, colon)), "", "/"};
    auto rest = url.substr(colon + 3);
    rest = rest.substr(0, rest.find('#'));
    const auto slash = rest.find_first_of("/?");
    parts.authority = rest.substr(0, slash);
    if (slash != std::string_view::npos)
        parts.target = (rest[slash] == '?' ? "/" : "") + std::string(rest.substr(slash));
    return parts;
}

std::string text(const json::object& from, std::string_view key)
{
    const auto* value = from.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// The head as a client would send it.
std::string head_of(const json::object& asked, const url_parts& url)
{
    auto method = text(asked, "method");
    std::string head = (method.empty() ? "GET" : method) + ' ' + url.target + " HTTP/1.1\r\n", fields;
    bool host = false;
    if (const auto* list = asked.if_contains("headers"); list && list->is_array()) {
        for (const auto& pair : list->get_array()) {
            if (!pair.is_array() || pair.get_array().size() != 2 || !pair.at(0).is_string() || !pair.at(1).is_string())
                continue;
            const std::string name(pair.at(0).get_string());
            host = host || http::identify(name) == http::field_id::host;
            fields += name + ": " + std::string(pair.at(1).get_string()) + "\r\n";
        }
    }
    if (!host) head += "Host: " + (url.authority.empty() ? "localhost" : url.authority) + "\r\n";
    return head + fields + "\r\n";
}

// The one named, else the first of the URL's scheme, else the first.
const conf::listener* listener_for(const conf::lb& settings, const std::string& name, const std::string& scheme)
{
    const auto& all = settings.listeners;
    if (!name.empty()) {
        const auto found = std::ranges::find(all, name, &conf::listener::name);
        return found != all.end() ? &*found : nullptr;
    }
    const auto wanted = scheme == "https" ? conf::listener_protocol::https : conf::listener_protocol::http;
    const auto found = std::ranges::find(all, wanted, &conf::listener::protocol);
    return found != all.end() ? &*found : all.empty() ? nullptr : &all.front();
}

json::value action_of(const conf::action& what, const route_request& asked, const conf::listener& listener)
{
    if (const auto* fixed = std::get_if<conf::fixed_response>(&what))
        return {{"type", "fixed_response"}, {"status", fixed->status}, {"content_type", fixed->content_type}};
    if (const auto* redirect = std::get_if<conf::redirect>(&what)) {
        const bool secure = listener.protocol == conf::listener_protocol::https;
        const auto port = listener.bind.empty() ? std::string() : std::to_string(listener.bind.front().port);
        return {{"type", "redirect"},
                {"status", redirect->status},
                {"location", location_of(*redirect, asked, secure ? "https" : "http", port, "localhost")}};
    }
    return {{"type", "forward"}};
}

void add_targets(const load_balancer& door, const conf::forward& onward, json::array& groups, json::array& targets)
{
    for (const auto& to : onward.targets) {
        groups.push_back({{"group", to.group}, {"weight", to.weight}});
        for (const auto& rows : door.targets().rows(steady_ms())) {
            if (rows.settings->name != to.group) continue;
            for (const auto& line : rows.targets)
                targets.push_back({{"group", to.group},
                                   {"id", line.which->id()},
                                   {"address", line.which->address_text()},
                                   {"state", line.state}});
        }
    }
}

}  // namespace

admin_response explain_request(const load_balancer& door, const admin_request& asked)
{
    boost::system::error_code wrong;
    const auto body = json::parse(asked.body, wrong);
    if (wrong || !body.is_object()) return service::json_reply({{"error", "the body must be a JSON object"}}, 400);
    const auto& object = body.get_object();
    const auto url = split(text(object, "url"));
    if (!url) return service::json_reply({{"error", "url must be http://..., https://... or begin with /"}}, 400);
    const auto* listener = listener_for(*door.settings().lb, text(object, "listener"), url->scheme);
    if (!listener) return service::json_reply({{"error", "no such listener"}}, 404);
    const auto source_text = text(object, "source");
    const auto source = boost::asio::ip::make_address(source_text.empty() ? "127.0.0.1" : source_text, wrong);
    if (wrong) return service::json_reply({{"error", "source is no IP address"}}, 400);

    const auto head = head_of(object, *url);
    exchange probe;  // judges as it would for a client
    const auto problem = probe.accept(head, http::limits_of(door.settings().lb->limits),
                                      door.settings().lb->desync_mitigation);
    if (problem != refusal::none)
        return service::json_reply({{"listener", listener->name},
                      {"refused", std::string(to_string(problem))},
                      {"status", status_of(problem)},
                      {"steps", {"the request is refused before any rule: " + std::string(to_string(problem))}}});
    const route_request request{probe.request(), probe.request_bytes(), source};
    const auto& routes = door.plans().routes(listener->name);
    const auto index = routes.match(request);
    json::array groups, targets, steps;
    for (const auto& step : routes.explain(request)) steps.emplace_back(step);
    if (const auto* onward = std::get_if<conf::forward>(&routes.action(index)))
        add_targets(door, *onward, groups, targets);
    return service::json_reply({{"listener", listener->name},
                  {"rule", routes.name(index)},
                  {"action", action_of(routes.action(index), request, *listener)},
                  {"target_groups", groups},
                  {"targets", targets},
                  {"steps", steps}});
}

}  // namespace gatehouse::lb
