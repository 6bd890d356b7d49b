#include "lb/health/health_checker.hpp"

#include "discovery/jitter.hpp"
#include "lb/health/health_probe.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <utility>

namespace gatehouse::lb {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

// The part of a group's settings that its probes depend on.
struct plan {
    explicit plan(const conf::target_group& group)
        : check(group.health_check), protocol(group.protocol), tls(group.tls)
    {}
    bool operator==(const plan&) const = default;

    conf::health_check check;
    conf::target_protocol protocol;
    conf::target_tls tls;
};

health_thresholds thresholds_of(const conf::health_check& check)
{
    return {check.healthy_threshold, check.unhealthy_threshold};
}

probe_request request_for(const target& which, const plan& how)
{
    probe_request request;
    request.where = which.endpoint();
    if (how.check.port) request.where.port(*how.check.port);
    request.path = how.check.path;
    request.timeout = how.check.timeout;
    request.matcher = how.check.matcher;
    request.server_name = how.tls.server_name;
    return request;
}

// A flag that is up for as long as this lives.
class during {
public:
    explicit during(bool& flag) noexcept : flag_(flag) { flag_ = true; }
    ~during() { flag_ = false; }
    during(const during&) = delete;
    during& operator=(const during&) = delete;

private:
    bool& flag_;
};

}  // namespace

// The contexts made in one apply(): targets of one group share theirs, and a new one reads the CA file anew.
class health_checker::tls_contexts {
public:
    struct made {
        conf::target_tls from;
        std::shared_ptr<asio::ssl::context> context;  // null when it cannot be made
        std::string failure;                          // why
    };

    const made& context_for(const conf::target_tls& settings)
    {
        const auto known = std::ranges::find(made_, settings, &made::from);
        if (known != made_.end()) return *known;
        try {
            return made_.emplace_back(made{settings, make_probe_context(settings), ""});
        } catch (const boost::system::system_error& failed) {
            return made_.emplace_back(
                made{settings, nullptr, "the CA file cannot be used: " + failed.code().message()});
        }
    }

private:
    std::deque<made> made_;
};

// One target and the coroutine that probes it; shared by the two, since the coroutine ends on its own.
struct health_checker::watch {
    watch(health_checker& by, std::shared_ptr<target> what, std::shared_ptr<const plan> as)
        : owner(by), which(std::move(what)), how(std::move(as)), request(request_for(*which, *how)),
          state(thresholds_of(how->check), which->current_health(), which->about.health_reason),
          pause(by.loop_)
    {}

    void take(const probe_report& report);
    static void end(const std::shared_ptr<watch>& self);
    steady_clock::time_point due() const;
    static asio::awaitable<void> run(std::shared_ptr<watch> self);
    static asio::awaitable<probe_report> look(std::shared_ptr<watch> self);

    health_checker& owner;  // only while not ended
    std::shared_ptr<target> which;
    std::shared_ptr<const plan> how;
    probe_request request;
    std::string unusable;  // why no probe can be sent; empty = it can
    health_state state;
    asio::steady_timer pause;
    asio::cancellation_signal stop;  // ends a probe early
    bool ended = false;              // true at once, where the signal may have to travel through the loop
    bool probing = false;
    bool hurried = false;
    steady_clock::time_point started;
    conf::duration rhythm{};  // this time's interval
    std::minstd_rand random{std::random_device{}()};
};

// The watches of one group.
struct health_checker::group_watch {
    watched_group what;
    std::shared_ptr<const plan> how;
    std::map<const target*, std::shared_ptr<watch>> watches;
};

// Asio 1.81 leaves an operation's cancellation handler in the slot when the operation is over, and what it
// points to goes with the probe's socket: the signal may be given during a probe only, and only on the loop,
// where it arrives at once.
void health_checker::watch::end(const std::shared_ptr<watch>& self)
{
    self->ended = true;
    self->pause.cancel();
    asio::dispatch(self->owner.loop_, [self] {
        if (self->probing) self->stop.emit(asio::cancellation_type::terminal);
    });
}

void health_checker::watch::take(const probe_report& report)
{
    if (report.how == probe_report::outcome::not_sent) {
        owner.out_.error("a health check could not be sent",
                         {{"group", which->group()}, {"target", which->id()}, {"reason", report.detail}});
        return;
    }
    which->clear_suspicion();
    const auto before = state.current();
    const bool flipped = state.observe(report);
    if (flipped || state.reason() != which->about.health_reason)
        which->set_health(state.current(), state.reason());
    if (!flipped) return;
    const bool healthy = state.current() == target::health::healthy;
    owner.out_.write(healthy ? service::log::level::info : service::log::level::warning,
                     healthy ? "target is healthy" : "target is unhealthy",
                     {{"group", which->group()},
                      {"target", which->id()},
                      {"address", which->address_text()},
                      {"reason", healthy ? report.detail : state.reason()}});
    owner.heard_(*which, before);
}

steady_clock::time_point health_checker::watch::due() const
{
    return started + (hurried ? std::min(owner.soonest_, how->check.interval) : rhythm);
}

asio::awaitable<probe_report> health_checker::watch::look(std::shared_ptr<watch> self)
{
    if (!self->unusable.empty()) co_return probe_report{probe_report::outcome::failed, self->unusable};
    const during probe_runs(self->probing);
    co_return co_await probe(self->request);
}

asio::awaitable<void> health_checker::watch::run(std::shared_ptr<watch> self)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!self->ended) {
        self->started = steady_clock::now();
        self->rhythm = discovery::jittered(self->how->check.interval, self->random);
        self->hurried = false;
        const auto report = co_await look(self);
        if (self->ended) co_return;  // not the target's fault
        self->take(report);
        while (!self->ended && steady_clock::now() < self->due()) {
            self->pause.expires_at(self->due());
            co_await self->pause.async_wait(token);  // cut short by check_soon(), which moves due()
        }
    }
}

health_checker::health_checker(asio::io_context& loop, service::log& out, conf::duration soonest)
    : loop_(loop), out_(out), soonest_(soonest)
{}

health_checker::~health_checker()
{
    stop();
}

void health_checker::observe(changed heard)
{
    heard_ = std::move(heard);
}

void health_checker::apply(const std::vector<watched_group>& all)
{
    std::map<std::string, std::unique_ptr<group_watch>, std::less<>> next;
    tls_contexts contexts;
    for (const auto& one : all) {
        if (next.contains(one.settings->name)) continue;
        auto& known = groups_[one.settings->name];
        next[one.settings->name] = known && known->what == one ? std::move(known) : follow(one, std::move(known), contexts);
    }
    groups_.swap(next);
    for (const auto& [name, gone] : next) {
        if (!gone) continue;
        for (const auto& [which, old] : gone->watches) watch::end(old);
    }
}

std::unique_ptr<health_checker::group_watch> health_checker::follow(const watched_group& what,
                                                                    std::unique_ptr<group_watch> before,
                                                                    tls_contexts& contexts)
{
    auto made = std::make_unique<group_watch>();
    made->what = what;
    made->how = std::make_shared<const plan>(*what.settings);
    const bool same = before && *before->how == *made->how;
    if (same) made->how = before->how;
    for (const auto& which : *what.targets) {
        if (made->watches.contains(which.get())) continue;
        std::shared_ptr<watch> known;
        if (before)
            if (const auto found = before->watches.extract(which.get())) known = found.mapped();
        const bool stays = known && same;
        made->watches.emplace(which.get(), stays ? known : begin(which, *made, known.get(), contexts));
        if (known && !stays) watch::end(known);
    }
    if (before)
        for (const auto& [which, old] : before->watches) watch::end(old);
    return made;
}

std::shared_ptr<health_checker::watch> health_checker::begin(const std::shared_ptr<target>& which, const group_watch& in,
                                                             const watch* before, tls_contexts& contexts)
{
    const auto& settings = *in.what.settings;
    auto fresh = std::make_shared<watch>(*this, which, in.how);
    if (before) {
        fresh->state = before->state;
        fresh->state.limit(thresholds_of(settings.health_check));
    }
    if (settings.protocol == conf::target_protocol::https) {
        const auto& tls = contexts.context_for(settings.tls);
        fresh->request.tls = tls.context;
        fresh->unusable = tls.failure;
    }
    auto finished = [fresh](std::exception_ptr failed) {
        if (failed && !fresh->ended)
            fresh->owner.out_.error("a target is no longer probed",
                                    {{"group", fresh->which->group()}, {"target", fresh->which->id()}});
    };
    asio::co_spawn(loop_, watch::run(fresh),
                   asio::bind_cancellation_slot(fresh->stop.slot(), std::move(finished)));
    return fresh;
}

void health_checker::check_soon(const target& which)
{
    const auto group = groups_.find(which.group());
    if (group == groups_.end()) return;
    const auto found = group->second->watches.find(&which);
    if (found == group->second->watches.end()) return;
    found->second->hurried = true;
    found->second->pause.cancel();
}

void health_checker::stop()
{
    for (const auto& [name, group] : groups_)
        for (const auto& [which, ending] : group->watches) watch::end(ending);
    groups_.clear();
}

}  // namespace gatehouse::lb
