#include "lb/control/plan_builder.hpp"

#include <algorithm>

namespace gatehouse::lb {
namespace {

// For each rule (the default action last) the plan's index of every group its action forwards to.
std::vector<std::vector<std::uint32_t>> resolve(const route_table& routes, const plan& whole)
{
    std::vector<std::vector<std::uint32_t>> all(routes.rules() + 1);
    for (std::size_t rule = 0; rule <= routes.rules(); ++rule) {
        const auto* onward = std::get_if<conf::forward>(&routes.action(rule));
        if (!onward) continue;
        for (const auto& to : onward->targets) {
            const auto found = std::ranges::find(whole.groups, to.group, &group_plan::name);
            all[rule].push_back(static_cast<std::uint32_t>(found - whole.groups.begin()));
        }
    }
    return all;
}

}  // namespace

void plan_builder::adopt(std::shared_ptr<const conf::config> settings)
{
    std::map<std::string, std::shared_ptr<const route_table>> compiled;
    for (const auto& listener : settings->lb->listeners)
        compiled[listener.name] = std::make_shared<route_table>(listener);
    routes_ = std::move(compiled);
    settings_ = std::move(settings);
    ++generation_;
}

plan_ptr plan_builder::build(unsigned worker, const std::vector<std::shared_ptr<const target_set>>& sets,
                             const tls_store::contexts& tls, const service::socket_table::opened& sockets) const
{
    plan_ptr made(new plan);
    const auto& lb = *settings_->lb;
    made->generation = generation_;
    made->timeouts = lb.timeouts;
    made->limits = lb.limits;
    made->desync = lb.desync_mitigation;
    made->headers = lb.headers;
    made->log_requests = lb.access_log.has_value();
    for (const auto& set : sets) {
        const auto& name = set->settings.name;
        group_plan group{name, set, nullptr, &counters_->group(worker, name)};
        if (const auto found = tls.groups.find(name); found != tls.groups.end()) group.tls = found->second[worker];
        made->groups.push_back(std::move(group));
    }
    for (const auto& listener : lb.listeners)
        made->listeners.push_back(build_listener(worker, listener, *made, tls, sockets));
    return made;
}

listener_plan plan_builder::build_listener(unsigned worker, const conf::listener& from, const plan& whole,
                                           const tls_store::contexts& tls,
                                           const service::socket_table::opened& sockets) const
{
    listener_plan made;
    made.name = from.name;
    made.protocol = from.protocol;
    for (const auto& one : from.proxy_protocol) made.proxy_protocol.emplace_back(one);
    made.routes = routes_.at(from.name);
    made.forward_groups = resolve(*made.routes, whole);
    for (const auto& group : whole.groups) made.stats.push_back(&counters_->route(worker, from.name, group.name));
    made.stats.push_back(&counters_->route(worker, from.name, ""));
    made.connections = &counters_->listener(worker, from.name);
    if (const auto found = tls.listeners.find(from.name); found != tls.listeners.end())
        made.tls = found->second[worker];
    if (const auto found = sockets.sockets.find(from.name); found != sockets.sockets.end())
        made.opened = found->second;
    if (const auto found = sockets.addresses.find(from.name); found != sockets.addresses.end())
        made.addresses = found->second;
    return made;
}

}  // namespace gatehouse::lb
