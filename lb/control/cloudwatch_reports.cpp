#include "lb/control/cloudwatch_reports.hpp"

#include "lb/control/cloudwatch_metrics.hpp"

#include <boost/asio/co_spawn.hpp>

#include <ctime>
#include <map>
#include <optional>
#include <utility>

namespace gatehouse::lb {
namespace {

namespace asio = boost::asio;
namespace aws = discovery::aws;

constexpr std::int64_t report_every_ms = 60'000;

std::map<std::string, cloudwatch_metrics::hosts> hosts_of(const target_registry& targets)
{
    std::map<std::string, cloudwatch_metrics::hosts> all;
    for (const auto& one : targets.counts()) {
        auto& group = all[one.target_group];
        if (one.state == "healthy") group.healthy += static_cast<std::uint64_t>(one.number);
        if (one.state == "unhealthy") group.unhealthy += static_cast<std::uint64_t>(one.number);
    }
    return all;
}

}  // namespace

struct cloudwatch_reports::state {
    state(asio::any_io_executor on, service::log& to) : executor(std::move(on)), out(to) {}

    static asio::awaitable<void> put(std::shared_ptr<state> self, aws::ask_aws ask, aws::form what);

    asio::any_io_executor executor;
    service::log& out;
    std::string name_space;
    aws::ask_aws ask;
    cloudwatch_metrics made;
    std::optional<std::int64_t> reported_ms;
    bool failing = false, ended = false;
};

cloudwatch_reports::cloudwatch_reports(asio::any_io_executor control, service::log& out)
    : state_(std::make_shared<state>(std::move(control), out))
{}

cloudwatch_reports::~cloudwatch_reports() { state_->ended = true; }

void cloudwatch_reports::configure(const std::string& name_space, aws::ask_aws ask)
{
    state_->name_space = name_space;
    state_->ask = std::move(ask);
}

void cloudwatch_reports::step(const target_registry& targets, const metrics& counted, std::int64_t now_ms)
{
    auto& self = *state_;
    if (self.name_space.empty() || !self.ask) return;
    if (self.reported_ms && now_ms - *self.reported_ms < report_every_ms) return;
    self.reported_ms = now_ms;
    for (auto& call : self.made.report(self.name_space, counted.totals(), hosts_of(targets), std::time(nullptr)))
        asio::co_spawn(self.executor, state::put(state_, self.ask, std::move(call)), [to = &self.out](std::exception_ptr failed) {
            if (failed) to->error("a call to CloudWatch ended badly");
        });
}

asio::awaitable<void> cloudwatch_reports::state::put(std::shared_ptr<state> self, aws::ask_aws ask, aws::form what)
{
    const auto body = co_await ask("monitoring", "PutMetricData", std::move(what));
    if (self->ended) co_return;
    const bool failed = body.has_error();
    if (failed && !std::exchange(self->failing, true))
        self->out.warning("CloudWatch does not take the metrics",
                          {{"reason", aws::explain(body.error(), "cloudwatch:PutMetricData")}});
    if (!failed && std::exchange(self->failing, false)) self->out.info("CloudWatch takes the metrics again");
}

}  // namespace gatehouse::lb
