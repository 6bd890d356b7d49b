#include "lb/control/discover_reply.hpp"

#include "service/json_reply.hpp"

#include <utility>

namespace gatehouse::lb {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
namespace aws = discovery::aws;

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

json::array texts(const std::vector<std::string>& all) { return json::array(all.begin(), all.end()); }

json::value instance_of(const aws::instance_facts& seen)
{
    json::object shown{{"id", seen.id},
                       {"auto_scaling_group", seen.auto_scaling_group},
                       {"zone", seen.zone},
                       {"state", seen.state},
                       {"health", seen.health},
                       {"ec2_state", nullptr},
                       {"address", nullptr},
                       {"name", ""},
                       {"launched", nullptr},
                       {"spot", false},
                       {"lifecycle", discovery::to_string(aws::lifecycle_of(seen))}};
    if (!seen.ec2) return shown;
    shown["ec2_state"] = seen.ec2->state;
    if (seen.ec2->address) shown["address"] = seen.ec2->address->to_string();
    shown["name"] = seen.ec2->name;
    if (seen.ec2->launched) shown["launched"] = std::chrono::system_clock::to_time_t(*seen.ec2->launched);
    shown["spot"] = seen.ec2->spot;
    if (!seen.ec2->spot_notice.empty()) shown["state"] = seen.state + ", " + seen.ec2->spot_notice;
    return shown;
}

json::value to_json(const aws::discover_report& report)
{
    json::array groups, hooks;
    for (const auto& one : report.groups) {
        json::array instances;
        for (const auto& each : one.told.instances) instances.push_back(instance_of(each));
        groups.push_back({{"name", one.name},
                          {"result", discovery::to_string(one.result)},
                          {"missing", texts(one.missing)},
                          {"auto_scaling_groups", texts(one.told.found)},
                          {"instances", std::move(instances)}});
    }
    for (const auto& one : report.hooks)
        hooks.push_back({{"auto_scaling_group", one.auto_scaling_group},
                         {"hook", report.hook},
                         {"heartbeat_seconds", one.heartbeat ? json::value(one.heartbeat->count() / 1000)
                                                             : json::value(nullptr)}});
    return {{"region", text_or_null(report.region)},
            {"credentials", text_or_null(report.credentials)},
            {"seconds", static_cast<double>(report.took.count()) / 1000},
            {"calls", report.calls},
            {"groups", std::move(groups)},
            {"hooks", std::move(hooks)},
            {"problems", texts(report.problems)}};
}

}  // namespace

asio::awaitable<service::admin_response> discover_reply(load_balancer& door)
{
    const auto turn = door.begin_discovery();
    if (!turn) co_return service::json_reply({{"error", "AWS is being asked for somebody else, try again"}}, 409);
    auto looking = door.discover();
    if (!looking) co_return service::json_reply({{"error", "no group follows an Auto Scaling Group"}}, 409);
    const auto report = co_await std::move(*looking);
    co_return service::json_reply(to_json(report));
}

}  // namespace gatehouse::lb
