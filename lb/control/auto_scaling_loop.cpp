#include "lb/control/auto_scaling_loop.hpp"

#include <map>
#include <set>
#include <string>

namespace gatehouse::lb {
namespace {

using discovery::terminate_hooks;

std::map<std::string, terminate_hooks::usage> requests_on(const target_registry& targets, const std::set<std::string>& ids)
{
    std::map<std::string, terminate_hooks::usage> made;
    for (const auto& [id, use] : targets.usage_of(ids)) made[id] = {use.in_use, use.longest_delay};
    return made;
}

}  // namespace

auto_scaling_loop::auto_scaling_loop(boost::asio::any_io_executor control, service::log& out)
    : hooks_(control, out), replacements_(control, out), metrics_(control, out)
{}

void auto_scaling_loop::configure(const conf::aws& settings, const discovery::aws::ask_aws& ask)
{
    hooks_.configure(settings, ask);
    replacements_.configure(settings.set_instance_health, ask);
    metrics_.configure(settings.metrics_namespace, ask);
}

void auto_scaling_loop::step(const discovery::inventory& house, const target_registry& targets, const metrics& counted,
                             std::int64_t now_ms)
{
    metrics_.step(targets, counted, now_ms);
    const bool judging = replacements_.enabled();
    const auto failing = judging ? targets.failing() : std::set<std::string, std::less<>>();
    std::map<std::string, std::string> waiting;
    std::map<std::string, replacement_reports::fleet> fleets;  // one instance may be in two groups of ours
    for (const auto& [name, snapshot] : house) {
        for (const auto& one : snapshot->members) {
            if (one.auto_scaling_group.empty()) continue;
            if (discovery::waits_to_terminate(one))
                waiting.emplace(one.id, one.auto_scaling_group);
            else if (judging && one.state == discovery::lifecycle::in_service)
                fleets[one.auto_scaling_group][one.id] = !failing.contains(one.id);
        }
    }
    hooks_.step(waiting, {.requests = [&](const auto& ids) { return requests_on(targets, ids); }}, now_ms);
    replacements_.step(fleets, now_ms);
}

}  // namespace gatehouse::lb
