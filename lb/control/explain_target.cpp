#include "lb/control/explain_target.hpp"

#include "lb/control/steady_time.hpp"
#include "lb/control/target_replies.hpp"
#include "service/json_reply.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace gatehouse::lb {
namespace {

namespace json = boost::json;
using service::admin_request;
using service::admin_response;

std::string lifecycle_of(const target::description& about)
{
    const auto state = std::string(discovery::to_string(about.state));
    return about.provider_state.empty() ? state : state + " (" + about.provider_state + ")";
}

bool asked_for(const discovery::member& one, const std::string& what)
{
    return one.id == what || one.address.to_string() == what || (!one.name.empty() && one.name == what);
}

// How a member came to be known: "it is a member of group web: Auto Scaling Group web-asg has it InService, ..."
std::string membership_of(const load_balancer& door, const conf::group& group, const discovery::member& one)
{
    auto text = "it is a member of group " + group.name;
    if (!one.auto_scaling_group.empty())
        text += ": Auto Scaling Group " + one.auto_scaling_group + " has it " + one.provider_state;
    if (const auto age = answer_age(door, group)) text += ", last confirmed " + std::to_string(*age) + " s ago";
    return text;
}

struct found_members {
    std::set<std::string> ids;
    std::map<std::string, std::map<std::string, std::string>> how;  // group -> id -> membership_of()
};

found_members find_members(const load_balancer& door, const std::string& what)
{
    found_members found;
    for (const auto& group : door.settings().groups) {
        const auto known = door.house().find(group.name);
        if (known == door.house().end()) continue;
        for (const auto& one : known->second->members) {
            if (!asked_for(one, what)) continue;
            found.ids.insert(one.id);
            found.how[group.name][one.id] = membership_of(door, group, one);
        }
    }
    return found;
}

json::array texts(const std::vector<std::string>& all) { return json::array(all.begin(), all.end()); }

// The members that no target group has: nothing is sent to them.
json::array without_targets(const load_balancer& door, const found_members& found)
{
    json::array steps;
    for (const auto& [group, ids] : found.how) {
        const bool served = std::ranges::any_of(door.settings().lb->target_groups, [&](const conf::target_group& one) {
            return one.members == group;
        });
        if (served) continue;
        for (const auto& [id, how] : ids) steps.emplace_back(id + ": " + how + ", which no target group has");
    }
    return steps;
}

}  // namespace

target_verdict judge(const target_registry::group_rows& group, const target_registry::row& line)
{
    const auto& about = line.which->about;
    target_verdict made;
    const auto say = [&](std::string step) { made.steps.push_back(std::move(step)); };
    bool used = true;
    const auto against = [&](std::string step) {
        say(step.append(": no new requests"));
        used = false;
    };
    if (!about.member) against("it left group " + group.settings->members);
    if (about.operator_drained) against("the operator drains it");
    if (about.state != discovery::lifecycle::in_service) against("it is " + lifecycle_of(about));
    if (line.drain_seconds_left)
        say("it drains: " + std::to_string(line.which->in_flight()) + " requests run on it, " +
            std::to_string(*line.drain_seconds_left) + " s are left");
    const auto health = line.which->current_health();
    if (health == target::health::healthy)
        say("it passes its health checks");
    else if (group.fail_open)
        say("it is not healthy (" + about.health_reason + "), but too few targets are, so all get requests");
    else if (health == target::health::initial)
        against("it has not passed a health check yet");
    else
        against("it fails its health checks (" + about.health_reason + ")");
    const auto* where = line.where == tier::away ? "its zone is shifted away" : "cross_zone is off and its zone is not this node's";
    if (line.where > group.serving)
        against(std::string(where) + ", and nearer targets are healthy");
    else if (line.where != tier::near)
        say(std::string(where) + ", but no nearer target is healthy");
    made.used = used;
    return made;
}

admin_response explain_target(const load_balancer& door, const admin_request& asked)
{
    boost::system::error_code wrong;
    const auto body = json::parse(asked.body, wrong);
    const auto* id = !wrong && body.is_object() ? body.get_object().if_contains("id") : nullptr;
    if (!id || !id->is_string()) return service::json_reply({{"error", "the body must be {\"id\": ...}"}}, 400);
    const std::string what(id->get_string());
    const auto members = find_members(door, what);
    json::array targets;
    for (const auto& group : door.targets().rows(steady_ms())) {
        const auto how = members.how.find(group.settings->members);
        for (const auto& line : group.targets) {
            const auto& one = *line.which;
            if (!members.ids.contains(one.id()) && one.id() != what) continue;
            auto verdict = judge(group, line);
            if (how != members.how.end() && how->second.contains(one.id()) && one.about.member)
                verdict.steps.insert(verdict.steps.begin(), how->second.at(one.id()));
            targets.push_back({{"group", group.settings->name},
                               {"id", one.id()},
                               {"address", one.address_text()},
                               {"zone", one.about.zone},
                               {"used", verdict.used},
                               {"state", line.state},
                               {"steps", texts(verdict.steps)}});
        }
    }
    auto steps = without_targets(door, members);
    if (targets.empty() && steps.empty())
        return service::json_reply({{"error", "nobody knows '" + what + "': no group has it by id, address or name"}}, 404);
    return service::json_reply({{"id", what}, {"targets", std::move(targets)}, {"steps", std::move(steps)}});
}

}  // namespace gatehouse::lb
