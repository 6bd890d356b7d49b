#include "discovery/aws/asg_poller.hpp"

#include "discovery/jitter.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>
#include <vector>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;

using std::chrono::steady_clock;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
// Whoever may not ask for spot requests is not to fill the account's audit trail with refusals.
constexpr auto ask_for_spot_again = std::chrono::minutes(5);
constexpr auto describe_again = std::chrono::minutes(5);  // all instances, for what changes without their end: names
constexpr std::size_t told_per_turn = 200;  // instances, of the loop

}  // namespace

struct asg_poller::state {
    state(asio::any_io_executor on, service::log& to, ask_aws with, settings how)
        : executor(std::move(on)), out(to), ask(std::move(with)), rhythm(std::move(how)), pause(executor)
    {}

    struct joined {
        follower* who;  // null: it left during a look
        conf::asg_source what;
    };

    static asio::awaitable<void> run(std::shared_ptr<state> self);
    static asio::awaitable<result<asg_poll_answer>> look(std::shared_ptr<state> self, asg_poll_request wanted);
    static asio::awaitable<void> tell(std::shared_ptr<state> self, result<asg_poll_answer> seen);
    void tell_failure(const api_error& trouble);
    asg_poll_request request();
    void report(const api_error* failed, std::string_view doing);
    void report_spot(const api_error* failed);
    conf::duration next_pause();

    asio::any_io_executor executor;
    service::log& out;
    ask_aws ask;
    settings rhythm;
    std::vector<joined> followers, looked_for;
    std::string last_trouble, last_spot_trouble;
    steady_clock::time_point whole = rhythm.now();  // the last answer that was, or the beginning
    steady_clock::time_point spot_from{};           // when spot requests may be asked for again
    std::shared_ptr<described_instances> described;
    std::shared_ptr<look_memory> memory = std::make_shared<look_memory>();
    steady_clock::time_point renew_at{};
    std::minstd_rand random{std::random_device{}()};
    asio::steady_timer pause;
    bool running = false, hurried = false, asked_spot = false;
    bool ended = false;  // the coroutine ends at its next step
};

asg_poller::asg_poller(asio::any_io_executor control, service::log& out, ask_aws ask, settings with)
    : state_(std::make_shared<state>(std::move(control), out, std::move(ask), std::move(with)))
{}

asg_poller::~asg_poller()
{
    state_->ended = true;
    state_->pause.cancel();
}

void asg_poller::join(follower& who, conf::asg_source what)
{
    auto& self = *state_;
    self.followers.push_back({&who, std::move(what)});
    self.hurried = true;
    self.pause.cancel();
    if (std::exchange(self.running, true)) return;
    auto finished = [self = state_](std::exception_ptr failed) {
        if (failed && !self->ended) self->out.error("AWS is no longer followed");
    };
    asio::co_spawn(self.executor, state::run(state_), std::move(finished));
}

void asg_poller::leave(const follower& who) noexcept
{
    const auto is = [&](const state::joined& one) { return one.who == &who; };
    std::erase_if(state_->followers, is);
    for (auto& one : state_->looked_for)
        if (is(one)) one.who = nullptr;
}

asio::awaitable<void> asg_poller::state::run(std::shared_ptr<state> self)
{
    while (!self->ended) {
        self->hurried = false;
        self->looked_for = self->followers;
        if (auto wanted = self->request(); !wanted.groups.empty()) {
            self->asked_spot = wanted.interruptions;
            auto seen = co_await look(self, std::move(wanted));
            if (self->ended) co_return;
            co_await tell(self, std::move(seen));
            if (self->ended) co_return;
        }
        if (self->hurried) continue;  // someone joined meanwhile
        self->pause.expires_after(self->next_pause());
        co_await self->pause.async_wait(token);
    }
}

// For want of memory or threads one look fails, not all that would follow.
asio::awaitable<result<asg_poll_answer>> asg_poller::state::look(std::shared_ptr<state> self, asg_poll_request wanted)
{
    std::string what;
    try {
        co_return co_await poll_groups(self->ask, std::move(wanted), self->rhythm.elsewhere);
    } catch (const std::exception& failed) {
        what = failed.what();
    }
    co_return api_error(error_kind::transient, 0, "", std::move(what));
}

asg_poll_request asg_poller::state::request()
{
    if (const auto now = rhythm.now(); now >= renew_at) {
        described = std::make_shared<described_instances>();
        renew_at = now + describe_again;
    }
    asg_poll_request made;
    for (const auto& one : looked_for) {
        auto known = one.what.tags.empty() ? std::vector<std::string>() : one.who->auto_scaling_groups();
        made.groups.push_back({one.what, std::move(known)});
    }
    made.described = described;
    made.memory = memory;
    made.interruptions = rhythm.now() >= spot_from;
    return made;
}

conf::duration asg_poller::state::next_pause()
{
    const auto slow = static_cast<double>(rhythm.interval.count()) * std::max(1.0, rhythm.slowdown());
    return jittered(conf::duration(static_cast<conf::duration::rep>(slow)), random);
}

void asg_poller::state::tell_failure(const api_error& trouble)
{
    report(&trouble, "autoscaling:DescribeAutoScalingGroups");
    const auto why = poll_result_of(trouble);
    for (std::size_t i = 0; i < looked_for.size(); ++i)
        if (auto* who = looked_for[i].who) who->failed(why);
}

// Ten thousand members are 12 ms of work: whatever else the loop has to do takes its turn in between.
asio::awaitable<void> asg_poller::state::tell(std::shared_ptr<state> self, result<asg_poll_answer> seen)
{
    if (seen.has_error()) {
        self->tell_failure(seen.error());
        co_return;
    }
    const bool ec2_failed = seen->ec2_failure.has_value();
    self->report(ec2_failed ? &*seen->ec2_failure : nullptr, "ec2:DescribeInstances");
    if (!ec2_failed) self->whole = self->rhythm.now();
    self->report_spot(seen->spot_failure ? &*seen->spot_failure : nullptr);
    std::size_t told = 0;
    for (std::size_t i = 0; i < self->looked_for.size(); ++i) {
        auto* const who = self->looked_for[i].who;
        if (!who) continue;
        auto& answer = seen->groups[i];
        who->take(answer, ec2_failed);
        told += std::max<std::size_t>(answer.instances.size(), 1);
        answer = {};
        if (told < told_per_turn) continue;
        told = 0;
        co_await asio::post(self->executor, asio::use_awaitable);
        if (self->ended) co_return;
    }
}

// One line when it begins, one when the reason changes and one when it is over, however long it lasts. Each says how old
// the last whole answer is.
void asg_poller::state::report(const api_error* failed, std::string_view doing)
{
    const auto trouble = failed ? std::string(to_string(failed->kind)) + ' ' + std::string(doing) : std::string();
    if (trouble == last_trouble) return;
    last_trouble = trouble;
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(rhythm.now() - whole).count();
    if (failed)
        out.warning("AWS does not answer, groups keep their members",
                    {{"reason", explain(*failed, doing)}, {"age_seconds", static_cast<std::int64_t>(age)}});
    else
        out.info("AWS answers again", {{"age_seconds", static_cast<std::int64_t>(age)}});
}

// Without spot requests an interruption is seen when Auto Scaling reacts, so this is no trouble of the groups.
void asg_poller::state::report_spot(const api_error* failed)
{
    constexpr auto doing = "ec2:DescribeSpotInstanceRequests";
    if (failed && failed->kind == error_kind::permission) spot_from = rhythm.now() + ask_for_spot_again;
    if (!asked_spot) return;
    const auto trouble = failed ? std::string(to_string(failed->kind)) : std::string();
    if (trouble == std::exchange(last_spot_trouble, trouble) || !failed) return;
    out.warning("interruptions of spot instances are not seen ahead", {{"reason", explain(*failed, doing)}});
}

poll_result poll_result_of(const api_error& failed) noexcept
{
    switch (failed.kind) {
    case error_kind::throttled: return poll_result::throttled;
    case error_kind::authentication:
    case error_kind::permission:
    case error_kind::expired_token:
    case error_kind::clock_skew: return poll_result::denied;
    case error_kind::not_found: return poll_result::not_found;
    case error_kind::invalid_answer: return poll_result::invalid;
    case error_kind::invalid_request:
    case error_kind::transient: return poll_result::failed;
    }
    return poll_result::failed;
}

}  // namespace gatehouse::discovery::aws
