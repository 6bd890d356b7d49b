#include "conf/parse.hpp"
#include "conf/values.hpp"

namespace gatehouse::conf {
namespace {

void parse_rule(const reader& at, rule& to, const names& target_groups)
{
    at.mapping({
        {"name", name(to.name)},
        {"match", section(parse_match, to.match), presence::required},
        {"action", [&](const reader& value) { parse_action(value, to.action, target_groups); },
         presence::required},
    });
}

void parse_rules(const reader& at, std::vector<rule>& to, const names& target_groups)
{
    unique taken;
    at.items([&](const reader& item) {
        auto& one = to.emplace_back();
        parse_rule(item, one, target_groups);
        if (one.name.empty()) one.name = "rule-" + std::to_string(to.size());
        taken.claim(item, one.name, "name '" + one.name + '\'');
    });
}

}  // namespace

void parse_listener(const reader& at, listener& to, listener_scope& scope)
{
    using protocol = listener_protocol;
    at.mapping({
        {"name",
         [&](const reader& value) {
             name(to.name)(value);
             if (!to.name.empty()) scope.names_taken.claim(value, to.name, "name '" + to.name + '\'');
         },
         presence::required},
        {"bind", [&](const reader& value) { parse_binds(value, to.bind, scope.binds_taken); },
         presence::required},
        {"protocol", choice(to.protocol, {{"http", protocol::http}, {"https", protocol::https}})},
        {"proxy_protocol", section(parse_proxy_protocol, to.proxy_protocol)},
        {"tls", section(parse_tls, to.tls)},
        {"rules", [&](const reader& value) { parse_rules(value, to.rules, scope.target_groups); }},
        {"default", [&](const reader& value) { parse_action(value, to.default_action, scope.target_groups); },
         presence::required},
    });
    if (!at.sound({"protocol"})) return;
    if (to.protocol == protocol::https && !at.has("tls"))
        at.fail("tls", "is required when protocol is https");
    if (to.protocol == protocol::http && at.has("tls"))
        at.fail("tls", "belongs to a listener with protocol https, this one has http");
}

}  // namespace gatehouse::conf
