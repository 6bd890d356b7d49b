#include "lb/control/replacement_reports.hpp"

#include "discovery/aws/replacement_duty.hpp"

#include <boost/asio/co_spawn.hpp>

#include <utility>
#include <vector>

namespace gatehouse::lb {
namespace {

namespace asio = boost::asio;
namespace aws = discovery::aws;

}  // namespace

struct replacement_reports::state {
    state(asio::any_io_executor on, service::log& to) : executor(std::move(on)), out(to) {}

    struct judged {
        explicit judged(const conf::set_instance_health& how) : duty(how) {}
        aws::replacement_duty duty;
        bool too_many = false;
        std::string last_trouble;  // with telling Auto Scaling, which is said once
    };

    void judge(const std::shared_ptr<state>& self, const std::string& group, const fleet& seen, std::int64_t now_ms);
    static asio::awaitable<void> report(std::shared_ptr<state> self, aws::ask_aws ask, std::string group,
                                        std::string id);

    asio::any_io_executor executor;
    service::log& out;
    conf::set_instance_health settings;
    aws::ask_aws ask;
    std::map<std::string, judged> groups;  // by Auto Scaling Group
    bool ended = false;
};

replacement_reports::replacement_reports(asio::any_io_executor control, service::log& out)
    : state_(std::make_shared<state>(std::move(control), out))
{}

replacement_reports::~replacement_reports() { state_->ended = true; }

void replacement_reports::configure(const conf::set_instance_health& settings, aws::ask_aws ask)
{
    if (settings != state_->settings) state_->groups.clear();
    state_->settings = settings;
    state_->ask = std::move(ask);
}

bool replacement_reports::enabled() const noexcept { return state_->settings.enabled && state_->ask; }

void replacement_reports::step(const std::map<std::string, fleet>& fleets, std::int64_t now_ms)
{
    if (!enabled()) return;
    for (const auto& [group, seen] : fleets) state_->judge(state_, group, seen, now_ms);
}

void replacement_reports::state::judge(const std::shared_ptr<state>& self, const std::string& group, const fleet& seen,
                                       std::int64_t now_ms)
{
    std::vector<aws::replacement_duty::instance> all;
    for (const auto& [id, well] : seen) all.push_back({id, well});
    auto& one = groups.try_emplace(group, settings).first->second;
    const auto verdict = one.duty.observe(all, now_ms);
    if (verdict.too_many && !one.too_many)
        out.warning("more than half of an Auto Scaling Group fails its health checks, none is reported",
                    {{"auto_scaling_group", group}});
    one.too_many = verdict.too_many;
    for (const auto& id : verdict.report) {
        if (settings.dry_run) {
            out.info("instance would be reported as unhealthy", {{"instance", id}, {"auto_scaling_group", group}});
            continue;
        }
        asio::co_spawn(executor, report(self, ask, group, id), [to = &out](std::exception_ptr failed) {
            if (failed) to->error("a call to Auto Scaling ended badly");
        });
    }
}

asio::awaitable<void> replacement_reports::state::report(std::shared_ptr<state> self, aws::ask_aws ask,
                                                         std::string group, std::string id)
{
    aws::form parameters("SetInstanceHealth", "2011-01-01");
    parameters.add("InstanceId", id).add("HealthStatus", "Unhealthy").add("ShouldRespectGracePeriod", "true");
    const auto body = co_await ask("autoscaling", "SetInstanceHealth", std::move(parameters));
    if (self->ended) co_return;
    const auto trouble = body.has_error() ? std::string(to_string(body.error().kind)) : std::string();
    const auto of = self->groups.find(group);
    const bool news = of == self->groups.end() || trouble != std::exchange(of->second.last_trouble, trouble);
    if (!body.has_error())
        self->out.warning("instance reported as unhealthy, to be replaced",
                          {{"instance", id}, {"auto_scaling_group", group}});
    else if (news)
        self->out.warning("Auto Scaling is not told which instances are unhealthy",
                          {{"instance", id}, {"reason", aws::explain(body.error(), "autoscaling:SetInstanceHealth")}});
}

}  // namespace gatehouse::lb
