#include "discovery/terminate_hooks.hpp"

#include "discovery/aws/drain_hook.hpp"
#include "discovery/aws/environment.hpp"
#include "discovery/aws/imds.hpp"
#include "discovery/aws/own_fleet.hpp"

#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace gatehouse::discovery {
namespace {

namespace asio = boost::asio;
using cause = aws::hook_duty::cause;

constexpr std::int64_t without_hook_ms = 60'000;  // until a hook that could not be found is looked for again
constexpr std::int64_t with_hook_ms = 300'000;    // and one that was, as its timeout may change
constexpr std::int64_t tell_again_ms = 5'000;     // after Auto Scaling could not be told
constexpr std::int64_t fleet_ms = 10'000;         // between two looks at our own group, while something is held
constexpr std::int64_t fleet_is_known_ms = 30'000;

}  // namespace

bool waits_to_terminate(const member& one)
{
    return !one.auto_scaling_group.empty() && one.provider_state.starts_with("Terminating:Wait");
}

struct terminate_hooks::state {
    state(asio::any_io_executor on, service::log& to) : executor(std::move(on)), out(to) {}

    struct held {
        explicit held(aws::hook_duty with) : duty(with) {}
        aws::hook_duty duty;
        cause said = cause::drain;  // in the log
        bool telling = false;
        std::int64_t again_ms = 0;  // not before, after Auto Scaling could not be told
    };
    struct known_hook {
        bool asking = false;
        std::optional<std::int64_t> asked_ms;
        std::optional<std::chrono::milliseconds> heartbeat;  // empty: none of our name is known
        std::string last_trouble, tell_trouble;  // each is said once
    };

    bool knows_hook(const std::shared_ptr<state>& self, const std::string& group, std::int64_t now_ms);
    held& find_or_begin(const std::string& id, const std::string& group, const usage& use, std::int64_t now_ms);
    bool held_by_sessions(held& one, aws::hook_duty::facts seen, const std::string& id, const questions& of,
                          std::int64_t now_ms);
    void hold(const std::shared_ptr<state>& self, const std::string& id, const std::string& group, const usage& use,
              const questions& of, std::int64_t now_ms);
    void look_at_fleet(const std::shared_ptr<state>& self, std::int64_t now_ms);
    // Each takes `ask` with it: a reload may empty ours before it begins.
    static asio::awaitable<void> learn_hook(std::shared_ptr<state> self, aws::ask_aws ask, std::string group);
    static asio::awaitable<void> learn_fleet(std::shared_ptr<state> self, aws::ask_aws ask, std::int64_t now_ms);
    static asio::awaitable<void> tell(std::shared_ptr<state> self, aws::ask_aws ask, std::string group, std::string id,
                                      aws::hook_duty::action what, std::int64_t now_ms);
    void spawn(const std::shared_ptr<state>& self, asio::awaitable<void> work);

    asio::any_io_executor executor;
    service::log& out;
    std::string hook, imds_endpoint;
    aws::ask_aws ask;
    std::optional<aws::hook_duty::session_terms> sessions;
    std::optional<aws::imds> metadata;
    std::map<std::string, held> instances;    // by id
    std::map<std::string, known_hook> hooks;  // by Auto Scaling Group
    bool looking = false, ended = false;
    std::optional<std::int64_t> looked_ms;
    std::int64_t alone_until_ms = 0;
};

terminate_hooks::terminate_hooks(asio::any_io_executor control, service::log& out)
    : state_(std::make_shared<state>(std::move(control), out))
{}

terminate_hooks::~terminate_hooks() { state_->ended = true; }

void terminate_hooks::configure(const conf::aws& settings, aws::ask_aws ask,
                                std::optional<aws::hook_duty::session_terms> sessions)
{
    auto& self = *state_;
    if (settings.lifecycle_hook != self.hook) self.hooks.clear();
    if (settings.lifecycle_hook != self.hook || sessions != self.sessions) self.instances.clear();
    self.sessions = sessions;
    self.hook = settings.lifecycle_hook;
    self.ask = std::move(ask);
    if (settings.imds_endpoint == self.imds_endpoint) return;
    self.imds_endpoint = settings.imds_endpoint;
    self.metadata.reset();
    const auto where = aws::parse_url(self.imds_endpoint);
    if (where && aws::process_environment("AWS_EC2_METADATA_DISABLED") != "true")
        self.metadata.emplace(self.executor, *where);
}

void terminate_hooks::step(const std::map<std::string, std::string>& waiting, const questions& of, std::int64_t now_ms)
{
    auto& self = *state_;
    std::erase_if(self.instances, [&](const auto& one) { return !waiting.contains(one.first); });
    if (self.hook.empty() || !self.ask || waiting.empty()) return;
    std::set<std::string> ids;
    for (const auto& [id, group] : waiting)
        if (self.knows_hook(state_, group, now_ms)) ids.insert(id);
    if (ids.empty()) return;
    self.look_at_fleet(state_, now_ms);
    const auto uses = of.requests ? of.requests(ids) : std::map<std::string, usage>();
    for (const auto& id : ids) {
        const auto use = uses.find(id);
        self.hold(state_, id, waiting.at(id), use == uses.end() ? usage() : use->second, of, now_ms);
    }
}

bool terminate_hooks::state::knows_hook(const std::shared_ptr<state>& self, const std::string& group, std::int64_t now_ms)
{
    auto& known = hooks[group];
    const auto patience = known.heartbeat ? with_hook_ms : without_hook_ms;
    if (!known.asking && (!known.asked_ms || now_ms - *known.asked_ms >= patience)) {
        known.asking = true;
        known.asked_ms = now_ms;
        spawn(self, learn_hook(self, ask, group));
    }
    return known.heartbeat.has_value();
}

void terminate_hooks::state::look_at_fleet(const std::shared_ptr<state>& self, std::int64_t now_ms)
{
    if (!metadata || looking || (looked_ms && now_ms - *looked_ms < fleet_ms)) return;
    looking = true;
    looked_ms = now_ms;
    spawn(self, learn_fleet(self, ask, now_ms));
}

auto terminate_hooks::state::find_or_begin(const std::string& id, const std::string& group, const usage& use,
                                           std::int64_t now_ms) -> held&
{
    if (const auto found = instances.find(id); found != instances.end()) return found->second;
    out.info("terminating instance is held until it is drained", {{"instance", id}, {"auto_scaling_group", group}});
    const aws::hook_duty::settings how{use.delay, *hooks[group].heartbeat, sessions};
    return instances.emplace(id, held(aws::hook_duty(how, now_ms))).first->second;
}

// Asks where it matters, and what is not known counts as yes.
bool terminate_hooks::state::held_by_sessions(held& one, aws::hook_duty::facts seen, const std::string& id,
                                              const questions& of, std::int64_t now_ms)
{
    seen.sessions = true;
    if (one.duty.completed() || one.duty.held_for(seen, now_ms) != cause::sessions) return false;
    const auto told = of.sessions ? of.sessions(id) : false;
    if (!told) return true;
    seen.sessions = *told;
    const auto why = one.duty.held_for(seen, now_ms);
    if (std::exchange(one.said, why) == why) return *told;
    if (why == cause::sessions) out.info("sessions hold a terminating instance", {{"instance", id}});
    if (why == cause::others)
        out.info("nothing of this node holds a terminating instance, its hook runs out unless other nodes have sessions",
                 {{"instance", id}});
    return *told;
}

void terminate_hooks::state::hold(const std::shared_ptr<state>& self, const std::string& id, const std::string& group,
                                  const usage& use, const questions& of, std::int64_t now_ms)
{
    auto& one = find_or_begin(id, group, use, now_ms);
    aws::hook_duty::facts seen{.in_use = use.in_use, .alone = now_ms < alone_until_ms};
    seen.sessions = held_by_sessions(one, seen, id, of, now_ms);
    const auto what = one.duty.observe(seen, now_ms);
    if (what == aws::hook_duty::action::none || one.telling || now_ms < one.again_ms) return;
    one.telling = true;
    spawn(self, tell(self, ask, group, id, what, now_ms));
}

asio::awaitable<void> terminate_hooks::state::learn_hook(std::shared_ptr<state> self, aws::ask_aws ask, std::string group)
{
    const auto wanted = self->hook;
    const auto found = co_await aws::find_drain_hook(std::move(ask), group, wanted);
    if (self->ended || wanted != self->hook) co_return;
    auto& hook = self->hooks[group];
    hook.asking = false;
    const auto trouble = found.has_error() ? std::string(to_string(found.error().kind)) : *found ? "" : "none";
    const bool news = trouble != std::exchange(hook.last_trouble, trouble);
    if (found.has_error()) {
        if (news) self->out.warning("the hooks of an Auto Scaling Group are not known",
                          {{"auto_scaling_group", group},
                           {"reason", aws::explain(found.error(), "autoscaling:DescribeLifecycleHooks")}});
        co_return;
    }
    hook.heartbeat = *found;
    if (!hook.heartbeat && news)
        self->out.warning("an Auto Scaling Group has no terminate hook of that name, its instances are not held",
                          {{"auto_scaling_group", group}, {"hook", wanted}});
}

// What is not known is answered with patience: the whole delay is waited for.
asio::awaitable<void> terminate_hooks::state::learn_fleet(std::shared_ptr<state> self, aws::ask_aws ask,
                                                          std::int64_t now_ms)
{
    if (!self->metadata) {
        self->looking = false;
        co_return;
    }
    const auto alone = co_await aws::is_only_node(std::move(ask), *self->metadata);
    if (self->ended) co_return;
    self->looking = false;
    self->alone_until_ms = alone.has_value() && *alone ? now_ms + fleet_is_known_ms : 0;
}

asio::awaitable<void> terminate_hooks::state::tell(std::shared_ptr<state> self, aws::ask_aws ask, std::string group,
                                                   std::string id, aws::hook_duty::action what, std::int64_t now_ms)
{
    const bool over = what == aws::hook_duty::action::complete;
    const std::string action = over ? "CompleteLifecycleAction" : "RecordLifecycleActionHeartbeat";
    aws::form parameters(action, "2011-01-01");
    parameters.add("AutoScalingGroupName", group).add("LifecycleHookName", self->hook).add("InstanceId", id);
    if (over) parameters.add("LifecycleActionResult", "CONTINUE");
    const auto body = co_await ask("autoscaling", action, std::move(parameters));
    if (self->ended) co_return;
    const auto found = self->instances.find(id);
    if (found != self->instances.end()) found->second.telling = false;
    // What Auto Scaling does not wait for any more needs no completing: another node may have been first.
    const bool nothing_to_do = body.has_error() && body.error().kind == aws::error_kind::not_found;
    const auto trouble = body.has_error() && !nothing_to_do ? std::string(to_string(body.error().kind)) : std::string();
    const bool news = trouble != std::exchange(self->hooks[group].tell_trouble, trouble);
    if (!trouble.empty()) {
        if (found != self->instances.end()) found->second.again_ms = now_ms + tell_again_ms;
        if (news)
            self->out.warning("Auto Scaling was not told of an instance",
                              {{"instance", id}, {"reason", aws::explain(body.error(), "autoscaling:" + action)}});
        co_return;
    }
    if (found != self->instances.end()) found->second.duty.done(what, now_ms);
    if (over) self->out.info("drained instance may go", {{"instance", id}, {"auto_scaling_group", group}});
}

// Whatever ended badly is begun anew.
void terminate_hooks::state::spawn(const std::shared_ptr<state>& self, asio::awaitable<void> work)
{
    asio::co_spawn(executor, std::move(work), [self](std::exception_ptr failed) {
        if (!failed || self->ended) return;
        self->out.error("a call to Auto Scaling ended badly");
        self->looking = false;
        for (auto& [group, known] : self->hooks) known.asking = false;
        for (auto& [id, one] : self->instances) one.telling = false;
    });
}

}  // namespace gatehouse::discovery
