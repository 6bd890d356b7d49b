#include "lb/control/auto_scaling_loop.hpp"

#include "discovery/aws/autoscaling_answers.hpp"
#include "discovery/aws/hook_duty.hpp"
#include "discovery/aws/replacement_duty.hpp"
#include "lb/control/cloudwatch_metrics.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <ctime>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace gatehouse::lb {
namespace {

namespace asio = boost::asio;
namespace aws = discovery::aws;

constexpr auto api_version = "2011-01-01";
constexpr std::int64_t report_every_ms = 60'000;
constexpr std::int64_t ask_again_ms = 60'000;  // about hooks, after a failure or when there was none of that name

}  // namespace

struct auto_scaling_loop::state {
    state(asio::any_io_executor on, service::log& to) : executor(std::move(on)), out(to) {}

    struct held {
        held(aws::hook_duty with) : duty(with) {}
        aws::hook_duty duty;
        bool telling = false;
    };
    struct known_hook {
        bool asking = false;
        std::int64_t asked_ms = 0;
        std::optional<std::chrono::milliseconds> heartbeat;  // empty: the group has no terminate hook of our name
    };
    struct fleet {
        explicit fleet(const conf::set_instance_health& how) : duty(how) {}
        aws::replacement_duty duty;
        bool too_many = false;
    };

    static void hold(const std::shared_ptr<state>& self, const discovery::member& who, const target_registry& targets,
                     std::int64_t now_ms);
    static void judge(const std::shared_ptr<state>& self, const std::string& group,
                      const std::vector<aws::replacement_duty::instance>& all, std::int64_t now_ms);
    static asio::awaitable<void> learn_hook(std::shared_ptr<state> self, std::string group);
    static asio::awaitable<void> tell(std::shared_ptr<state> self, std::string group, std::string id,
                                      aws::hook_duty::action what, std::int64_t now_ms);
    static asio::awaitable<void> report(std::shared_ptr<state> self, std::string group, std::string id);
    static void put_metrics(const std::shared_ptr<state>& self, const target_registry& targets, const metrics& counted,
                            std::int64_t now_ms);
    static asio::awaitable<void> put(std::shared_ptr<state> self, aws::form what);
    void spawn(asio::awaitable<void> work);

    asio::any_io_executor executor;
    service::log& out;
    conf::aws settings;
    aws::ask_aws ask;
    std::map<std::string, held> held_instances;  // by id
    std::map<std::string, known_hook> hooks;     // by Auto Scaling Group
    std::map<std::string, fleet> fleets;         // by Auto Scaling Group
    cloudwatch_metrics reports;
    std::int64_t reported_ms = 0;
    bool metrics_failing = false, ended = false;
};

auto_scaling_loop::auto_scaling_loop(asio::any_io_executor control, service::log& out)
    : state_(std::make_shared<state>(std::move(control), out))
{}

auto_scaling_loop::~auto_scaling_loop() { state_->ended = true; }

void auto_scaling_loop::configure(const conf::aws& settings, aws::ask_aws ask)
{
    auto& self = *state_;
    if (settings.lifecycle_hook != self.settings.lifecycle_hook) {
        self.hooks.clear();
        self.held_instances.clear();
    }
    if (settings.set_instance_health != self.settings.set_instance_health) self.fleets.clear();
    self.settings = settings;
    self.ask = std::move(ask);
}

void auto_scaling_loop::step(const discovery::inventory& house, const target_registry& targets, const metrics& counted,
                             std::int64_t now_ms)
{
    auto& self = *state_;
    if (!self.ask) return;
    state::put_metrics(state_, targets, counted, now_ms);
    const bool judging = self.settings.set_instance_health.enabled;
    const auto failing = judging ? targets.failing() : std::set<std::string, std::less<>>();
    std::set<std::string> waiting;
    std::map<std::string, std::map<std::string, bool>> in_service;  // group -> id -> healthy; one may be in two groups
    for (const auto& [name, snapshot] : house) {
        for (const auto& one : snapshot->members) {
            if (one.auto_scaling_group.empty()) continue;
            if (one.provider_state == "Terminating:Wait") {
                waiting.insert(one.id);
                state::hold(state_, one, targets, now_ms);
            } else if (judging && one.state == discovery::lifecycle::in_service) {
                in_service[one.auto_scaling_group][one.id] = !failing.contains(one.id);
            }
        }
    }
    std::erase_if(self.held_instances, [&](const auto& one) { return !waiting.contains(one.first); });
    for (const auto& [group, healthy] : in_service) {
        std::vector<aws::replacement_duty::instance> all;
        for (const auto& [id, well] : healthy) all.push_back({id, well});
        state::judge(state_, group, all, now_ms);
    }
}

void auto_scaling_loop::state::hold(const std::shared_ptr<state>& self, const discovery::member& who,
                                    const target_registry& targets, std::int64_t now_ms)
{
    if (self->settings.lifecycle_hook.empty()) return;
    auto& hook = self->hooks[who.auto_scaling_group];
    if (!hook.heartbeat) {
        if (hook.asking || (hook.asked_ms != 0 && now_ms - hook.asked_ms < ask_again_ms)) return;
        hook.asking = true;
        hook.asked_ms = now_ms;
        return self->spawn(learn_hook(self, who.auto_scaling_group));
    }
    auto found = self->held_instances.find(who.id);
    if (found == self->held_instances.end()) {
        const aws::hook_duty::settings how{targets.longest_delay(who.id), *hook.heartbeat};
        found = self->held_instances.emplace(who.id, held(aws::hook_duty(how, now_ms))).first;
        self->out.info("terminating instance is held until it is drained",
                       {{"instance", who.id}, {"auto_scaling_group", who.auto_scaling_group}});
    }
    auto& one = found->second;
    const auto what = one.duty.observe({.in_use = targets.in_use(who.id), .alone = false}, now_ms);
    if (what == aws::hook_duty::action::none || one.telling) return;
    one.telling = true;
    self->spawn(tell(self, who.auto_scaling_group, who.id, what, now_ms));
}

asio::awaitable<void> auto_scaling_loop::state::learn_hook(std::shared_ptr<state> self, std::string group)
{
    aws::form parameters("DescribeLifecycleHooks", api_version);
    parameters.add("AutoScalingGroupName", group);
    const auto wanted = self->settings.lifecycle_hook;
    const auto body = co_await self->ask("autoscaling", "DescribeLifecycleHooks", std::move(parameters));
    if (self->ended) co_return;
    auto& hook = self->hooks[group];
    hook.asking = false;
    if (body.has_error()) {
        self->out.warning("the hooks of an Auto Scaling Group are not known",
                          {{"auto_scaling_group", group},
                           {"reason", aws::explain(body.error(), "autoscaling:DescribeLifecycleHooks")}});
        co_return;
    }
    const auto all = aws::describe_lifecycle_hooks(*body);
    if (all.has_error()) co_return;
    for (const auto& one : *all)
        if (one.name == wanted && one.transition == "autoscaling:EC2_INSTANCE_TERMINATING")
            hook.heartbeat = one.heartbeat_timeout;
    if (!hook.heartbeat)
        self->out.warning("an Auto Scaling Group has no terminate hook of that name, its instances are not held",
                          {{"auto_scaling_group", group}, {"hook", wanted}});
}

asio::awaitable<void> auto_scaling_loop::state::tell(std::shared_ptr<state> self, std::string group, std::string id,
                                                     aws::hook_duty::action what, std::int64_t now_ms)
{
    const bool over = what == aws::hook_duty::action::complete;
    const std::string action = over ? "CompleteLifecycleAction" : "RecordLifecycleActionHeartbeat";
    aws::form parameters(action, api_version);
    parameters.add("AutoScalingGroupName", group).add("LifecycleHookName", self->settings.lifecycle_hook);
    parameters.add("InstanceId", id);
    if (over) parameters.add("LifecycleActionResult", "CONTINUE");
    const auto body = co_await self->ask("autoscaling", action, std::move(parameters));
    if (self->ended) co_return;
    const auto found = self->held_instances.find(id);
    if (found != self->held_instances.end()) found->second.telling = false;
    // What Auto Scaling does not wait for any more needs no completing: another node may have been first.
    const bool nothing_to_do = body.has_error() && body.error().kind == aws::error_kind::not_found;
    if (body.has_error() && !nothing_to_do) {
        self->out.warning("Auto Scaling was not told of an instance",
                          {{"instance", id}, {"reason", aws::explain(body.error(), "autoscaling:" + action)}});
        co_return;
    }
    if (found != self->held_instances.end()) found->second.duty.done(what, now_ms);
    if (over) self->out.info("drained instance may go", {{"instance", id}, {"auto_scaling_group", group}});
}

void auto_scaling_loop::state::judge(const std::shared_ptr<state>& self, const std::string& group,
                                     const std::vector<aws::replacement_duty::instance>& all, std::int64_t now_ms)
{
    const auto& how = self->settings.set_instance_health;
    auto& one = self->fleets.try_emplace(group, how).first->second;
    const auto verdict = one.duty.observe(all, now_ms);
    if (verdict.too_many && !one.too_many)
        self->out.warning("more than half of an Auto Scaling Group fails its health checks, none is reported",
                          {{"auto_scaling_group", group}});
    one.too_many = verdict.too_many;
    for (const auto& id : verdict.report) {
        if (how.dry_run)
            self->out.info("instance would be reported as unhealthy", {{"instance", id}, {"auto_scaling_group", group}});
        else
            self->spawn(report(self, group, id));
    }
}

asio::awaitable<void> auto_scaling_loop::state::report(std::shared_ptr<state> self, std::string group, std::string id)
{
    aws::form parameters("SetInstanceHealth", api_version);
    parameters.add("InstanceId", id).add("HealthStatus", "Unhealthy").add("ShouldRespectGracePeriod", "true");
    const auto body = co_await self->ask("autoscaling", "SetInstanceHealth", std::move(parameters));
    if (self->ended) co_return;
    if (body.has_error())
        self->out.warning("Auto Scaling was not told that an instance is unhealthy",
                          {{"instance", id}, {"reason", aws::explain(body.error(), "autoscaling:SetInstanceHealth")}});
    else
        self->out.warning("instance reported as unhealthy, to be replaced",
                          {{"instance", id}, {"auto_scaling_group", group}});
}

void auto_scaling_loop::state::put_metrics(const std::shared_ptr<state>& self, const target_registry& targets,
                                           const metrics& counted, std::int64_t now_ms)
{
    if (self->settings.metrics_namespace.empty()) return;
    if (self->reported_ms != 0 && now_ms - self->reported_ms < report_every_ms) return;
    self->reported_ms = now_ms;
    std::map<std::string, cloudwatch_metrics::hosts> hosts;
    for (const auto& one : targets.counts()) {
        auto& group = hosts[one.target_group];
        if (one.state == "healthy") group.healthy += static_cast<std::uint64_t>(one.number);
        if (one.state == "unhealthy") group.unhealthy += static_cast<std::uint64_t>(one.number);
    }
    for (auto& one : self->reports.report(self->settings.metrics_namespace, counted.totals(), hosts, std::time(nullptr)))
        self->spawn(put(self, std::move(one)));
}

asio::awaitable<void> auto_scaling_loop::state::put(std::shared_ptr<state> self, aws::form what)
{
    const auto body = co_await self->ask("monitoring", "PutMetricData", std::move(what));
    if (self->ended) co_return;
    const bool failed = body.has_error();
    if (failed && !std::exchange(self->metrics_failing, true))
        self->out.warning("CloudWatch does not take the metrics",
                          {{"reason", aws::explain(body.error(), "cloudwatch:PutMetricData")}});
    if (!failed && std::exchange(self->metrics_failing, false)) self->out.info("CloudWatch takes the metrics again");
}

void auto_scaling_loop::state::spawn(asio::awaitable<void> work)
{
    asio::co_spawn(executor, std::move(work), [this_out = &out](std::exception_ptr failed) {
        if (failed) this_out->error("a call to Auto Scaling ended badly");
    });
}

}  // namespace gatehouse::lb
