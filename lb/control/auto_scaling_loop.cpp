#include "lb/control/auto_scaling_loop.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace gatehouse::lb {
namespace {

using discovery::terminate_hooks;

// The bastion looks at AWS by itself, and lets sessions to the instance begin until it has seen that it leaves.
discovery::aws::hook_duty::session_terms terms_of(const conf::config& settings)
{
    return {2 * settings.aws.poll_interval + std::chrono::seconds(2), settings.bastion->limits.session};
}

std::map<std::string, terminate_hooks::usage> requests_on(const target_registry& targets, const std::set<std::string>& ids)
{
    std::map<std::string, terminate_hooks::usage> made;
    for (const auto& [id, use] : targets.usage_of(ids)) made[id] = {use.in_use, use.longest_delay};
    return made;
}

}  // namespace

auto_scaling_loop::auto_scaling_loop(boost::asio::any_io_executor control, service::log& out)
    : hooks_(control, out), bastion_(control, out), replacements_(control, out), metrics_(control, out)
{}

void auto_scaling_loop::configure(const conf::config& settings, const discovery::aws::ask_aws& ask)
{
    bastion_.configure(settings.bastion);
    hooks_.configure(settings.aws, ask, bastion_.configured() ? std::optional(terms_of(settings)) : std::nullopt);
    replacements_.configure(settings.aws.set_instance_health, ask);
    metrics_.configure(settings.aws.metrics_namespace, ask);
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
    hooks_.step(waiting, {[&](const auto& ids) { return requests_on(targets, ids); },
                          [&](const auto& id) { return bastion_.lead_to(id, now_ms); }},
                now_ms);
    replacements_.step(fleets, now_ms);
}

}  // namespace gatehouse::lb
