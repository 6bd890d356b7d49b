#include "bastion/console/policy_test.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace gatehouse::bastion {
namespace {

namespace json = boost::json;

// Whom a refusal is about; several groups may hold the one server.
std::optional<resident> only_one(const std::vector<resident>& residents)
{
    const auto address = [](const resident& one) { return plain(one.who->address); };
    const auto differ = std::ranges::adjacent_find(residents, std::ranges::not_equal_to(), address);
    if (residents.empty() || differ != residents.end()) return std::nullopt;
    return residents.front();
}

void add_server(json::object& to, const char* id_key, const resident& one)
{
    to[id_key] = one.who->id;
    if (!one.who->name.empty()) to["name"] = one.who->name;
    to["group"] = one.group();
    to["address"] = plain(one.who->address).to_string();
}

}  // namespace

policy_report test_policy(const rulebook& rules, const policy_question& asked)
{
    const asker who{asked.user, asked.groups, asked.source};
    const auto found = rules.names->resolve(asked.to, 0);
    const auto made = rules.policy->decide(who, found, asked.port, asked.at);
    policy_report report;
    report.user_known = rules.people->knows(asked.user);
    report.groups.assign(asked.groups.begin(), asked.groups.end());
    report.port = asked.port;
    report.rules = rules.policy->explain(who, found, asked.port, asked.at);
    if (const auto* yes = std::get_if<grant>(&made)) {
        report.allowed = true;
        report.rule = yes->rule();
        report.target = yes->target();
        report.until = yes->until();
        return report;
    }
    const auto& no = std::get<refused>(made);
    report.reason = no.why;
    report.rule = no.rule;
    report.candidates = no.candidates;
    report.target = only_one(found.residents);
    return report;
}

json::value to_json(const policy_report& report)
{
    json::object told{{"allowed", report.allowed}};
    if (report.reason) told["reason"] = to_string(*report.reason);
    told["user_known"] = report.user_known;
    told["groups"] = json::array(report.groups.begin(), report.groups.end());
    if (!report.rule.empty()) told["rule"] = report.rule;
    if (report.target) add_server(told, "instance", *report.target);
    told["port"] = report.port;
    if (report.until) told["until"] = report.until->time_since_epoch().count();
    json::array rules, candidates;
    for (const auto& one : report.rules)
        rules.push_back(
            {{"rule", one.rule}, {"matches", one.why == access_rule::mismatch::none}, {"text", one.text}});
    for (const auto& one : report.candidates) {
        json::object candidate;
        add_server(candidate, "id", one);
        candidates.push_back(std::move(candidate));
    }
    told["rules"] = std::move(rules);
    told["candidates"] = std::move(candidates);
    return told;
}

}  // namespace gatehouse::bastion
