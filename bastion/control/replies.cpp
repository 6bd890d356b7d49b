#include "bastion/control/replies.hpp"

#include "bastion/console/policy_test.hpp"
#include "bastion/control/jump_host.hpp"
#include "bastion/now.hpp"
#include "bastion/policy/target_address.hpp"
#include "conf/scalars.hpp"
#include "discovery/provider_setup.hpp"
#include "service/admin_router.hpp"
#include "service/json_reply.hpp"
#include "service/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>

namespace gatehouse::bastion {
namespace {

namespace json = boost::json;
using service::admin_request;
using service::admin_response;
using service::json_reply;

std::int64_t unix_seconds(std::chrono::sys_seconds when) { return when.time_since_epoch().count(); }

std::string endpoint_text(const boost::asio::ip::tcp::endpoint& of)
{
    const auto address = of.address().to_string();
    return (of.address().is_v6() ? '[' + address + ']' : address) + ':' + std::to_string(of.port());
}

json::value channel_of(const channel_entry& one)
{
    return {{"number", one.number},
            {"requested", service::to_utf8(one.requested)},
            {"instance", one.instance},
            {"group", one.group},
            {"rule", one.rule},
            {"target", endpoint_text(one.target)},
            {"local", one.local.port() == 0 ? json::value(nullptr) : json::value(endpoint_text(one.local))},
            {"since", unix_seconds(one.since)},
            {"received_bytes", one.received},
            {"sent_bytes", one.sent}};
}

json::value session_of(const session_entry& one)
{
    json::array channels;
    for (const auto& each : one.channels) channels.push_back(channel_of(each));
    json::object shown{{"id", one.id},
                       {"user", one.user},
                       {"source", endpoint_text(one.source)},
                       {"since", unix_seconds(one.since)},
                       {"idle_seconds", std::max<std::int64_t>(0, (now_seconds() - one.last_byte).count())},
                       {"key", one.key},
                       {"client", service::to_utf8(one.client)},
                       {"channels", std::move(channels)}};
    if (!one.ca.empty()) shown["ca"] = one.ca;
    if (!one.key_id.empty()) shown["key_id"] = service::to_utf8(one.key_id);
    if (one.ends) shown["ends"] = unix_seconds(*one.ends);
    return shown;
}

// The value of `name` in a query string, decoded; empty when it is not there.
std::string query_value(std::string_view query, std::string_view name)
{
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto part = query.substr(0, end);
        query = end == query.npos ? std::string_view() : query.substr(end + 1);
        if (const auto equals = part.find('='); equals != part.npos && part.substr(0, equals) == name)
            return service::percent_decode(part.substr(equals + 1)).value_or("");
    }
    return {};
}

bool reaches(const session_entry& one, const std::string& instance)
{
    return std::ranges::find(one.channels, instance, &channel_entry::instance) != one.channels.end();
}

json::value member_of(const discovery::member& one, std::size_t sessions)
{
    return {{"id", one.id},
            {"name", service::to_utf8(one.name)},
            {"address", one.address.to_string()},
            {"zone", one.zone},
            {"lifecycle", std::string(discovery::to_string(one.state))},
            {"provider_state", one.provider_state},
            {"sessions", sessions}};
}

std::string text_of(const json::object& from, const char* key)
{
    const auto* found = from.if_contains(key);
    if (!found) return {};
    if (!found->is_string()) throw std::invalid_argument(std::string(key) + " must be a text");
    return std::string(found->as_string());
}

}  // namespace

json::value sessions_of(const jump_host& host, const admin_request& asked)
{
    const auto instance = query_value(asked.query, "instance");
    json::array all;
    for (const auto& one : host.sessions().list())
        if (instance.empty() || reaches(one, instance)) all.push_back(session_of(one));
    return {{"sessions", std::move(all)}};
}

admin_response end_session(jump_host& host, const admin_request& asked)
{
    const auto& id = asked.parameters.at(0);
    if (!host.sessions().end(id, "killed by the operator")) return json_reply({{"error", "no such session"}}, 404);
    return json_reply({{"ok", true}, {"id", id}});
}

json::value targets_of(const jump_host& host)
{
    std::map<std::string, std::size_t, std::less<>> busy;  // sessions by instance
    for (const auto& session : host.sessions().list()) {
        std::vector<std::string_view> counted;
        for (const auto& one : session.channels) {
            if (std::ranges::find(counted, one.instance) != counted.end()) continue;
            counted.push_back(one.instance);
            ++busy[one.instance];
        }
    }
    json::array groups;
    const auto now = std::chrono::system_clock::now();
    for (const auto& [name, group] : host.rules().names->groups()) {
        json::array members;
        for (const auto& one : group->members) {
            const auto found = busy.find(one.id);
            members.push_back(member_of(one, found == busy.end() ? 0 : found->second));
        }
        const auto& groups_there = host.settings().groups;
        const auto settings = std::ranges::find(groups_there, name, &conf::group::name);
        const auto age = std::chrono::floor<std::chrono::seconds>(now - group->as_of).count();
        groups.push_back({{"name", name},
                          {"source", settings == groups_there.end() ? "" : discovery::provider_name(*settings)},
                          {"as_of", std::chrono::system_clock::to_time_t(group->as_of)},
                          {"age_seconds", std::max<std::int64_t>(0, age)},
                          {"members", std::move(members)}});
    }
    return {{"groups", std::move(groups)}};
}

json::value penalties_of(jump_host& host)
{
    json::array all;
    for (const auto& one : host.penalties().list(std::chrono::steady_clock::now()))
        all.push_back({{"source", one.source},
                       {"last", std::string(to_string(one.last))},
                       {"seconds_left", std::chrono::ceil<std::chrono::seconds>(one.left).count()},
                       {"enforced", one.enforced}});
    return {{"penalties", std::move(all)}};
}

admin_response forgive(jump_host& host, const admin_request& asked)
{
    // "2001:db8:0:1::/64", as the list shows it, means what any address in it does.
    const auto& text = asked.parameters.at(0);
    const auto source = read_address(std::string_view(text).substr(0, text.find('/')));
    if (!source) return json_reply({{"error", "expected an address"}}, 400);
    if (!host.penalties().forgive(*source)) return json_reply({{"error", "no penalty for this source"}}, 404);
    return json_reply({{"ok", true}, {"source", text}});
}

admin_response test_policy(const jump_host& host, const admin_request& asked)
{
    try {
        boost::system::error_code wrong;
        const auto body = json::parse(asked.body, wrong);
        if (wrong || !body.is_object()) throw std::invalid_argument("the body must be a JSON object");
        const auto& fields = body.as_object();
        const auto user = text_of(fields, "user"), to = text_of(fields, "to");
        if (user.empty() || to.empty()) throw std::invalid_argument("user and to are needed");
        policy_question question{.user = user,
                                 .groups = host.rules().people->groups_of(user),
                                 .source = boost::asio::ip::address_v4::loopback(),
                                 .to = to,
                                 .at = now_seconds()};
        if (const auto* port = fields.if_contains("port")) {
            if (!port->is_int64() || port->as_int64() < 1 || port->as_int64() > 65535)
                throw std::invalid_argument("port must be 1 .. 65535");
            question.port = static_cast<std::uint16_t>(port->as_int64());
        }
        if (const auto from = text_of(fields, "from"); !from.empty()) {
            const auto source = read_address(from);
            if (!source) throw std::invalid_argument("from must be an address");
            question.source = *source;
        }
        if (const auto at = text_of(fields, "at"); !at.empty()) {
            const auto when = conf::parse_time(at);
            if (!when) throw std::invalid_argument("at must be a time such as 2026-11-20T12:00:00Z");
            question.at = *when;
        }
        return json_reply(to_json(test_policy(host.rules(), question)));
    } catch (const std::invalid_argument& wrong) {
        return json_reply({{"error", wrong.what()}}, 400);
    }
}

}  // namespace gatehouse::bastion
