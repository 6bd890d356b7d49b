#include "discovery/dns_provider.hpp"

#include "discovery/dns_membership.hpp"
#include "discovery/jitter.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <random>
#include <utility>

namespace gatehouse::discovery {
namespace {

namespace asio = boost::asio;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

poll_result outcome(const name_result& found)
{
    if (found.has_error()) {
        if (found.error() == asio::error::host_not_found) return poll_result::not_found;
        return found.error() == asio::error::timed_out ? poll_result::timeout : poll_result::failed;
    }
    if (found->addresses.empty()) return poll_result::empty;
    return found->complete ? poll_result::success : poll_result::partial;
}

std::string reason(const name_result& found, poll_result how)
{
    if (found.has_error()) return found.error().message();
    return how == poll_result::partial ? "one address family did not answer" : "the answer is empty";
}

}  // namespace

struct dns_provider::state {
    state(std::string name, conf::dns_source from, provider_setup with)
        : group(std::move(name)), source(std::move(from)), setup(std::move(with)), pause(setup.executor)
    {
        if (!setup.last_known) return;
        members = dns_membership(setup.last_known->members);
        as_of = setup.last_known->as_of;
    }

    void take(const name_result& found);
    void report(const name_result& found, poll_result how);
    static asio::awaitable<void> follow(std::shared_ptr<state> self);

    std::string group;
    conf::dns_source source;
    provider_setup setup;
    publish to;
    dns_membership members;
    std::chrono::system_clock::time_point as_of{};
    poll_result last = poll_result::success;
    std::minstd_rand random{std::random_device{}()};
    asio::steady_timer pause;
    bool ended = false;  // the coroutine ends at its next step: at once, or when the lookup under way is over
};

dns_provider::dns_provider(std::string group, conf::dns_source source, provider_setup setup)
    : state_(std::make_shared<state>(std::move(group), std::move(source), std::move(setup)))
{}

dns_provider::~dns_provider()
{
    state_->ended = true;
    state_->pause.cancel();
}

void dns_provider::start(publish to)
{
    state_->to = std::move(to);
    auto finished = [self = state_](std::exception_ptr failed) {
        if (failed && !self->ended)
            self->setup.out.error("a name is no longer followed", {{"group", self->group}});
    };
    asio::co_spawn(state_->setup.executor, state::follow(state_), std::move(finished));
}

asio::awaitable<void> dns_provider::state::follow(std::shared_ptr<state> self)
{
    for (;;) {
        const auto found = co_await self->setup.names->lookup(self->source.name);
        if (self->ended) co_return;
        self->take(found);
        if (self->ended) co_return;  // by who heard the news
        self->pause.expires_after(jittered(self->source.refresh, self->random));
        co_await self->pause.async_wait(token);
        if (self->ended) co_return;
    }
}

void dns_provider::state::take(const name_result& found)
{
    const auto how = outcome(found);
    report(found, how);
    setup.polled(how);
    const bool changed = found.has_value() && members.observe(*found);
    // A partial answer confirms nothing, so its news keeps the age of what was known before.
    if (how == poll_result::success || (changed && as_of == std::chrono::system_clock::time_point{}))
        as_of = setup.now();
    if (changed || how == poll_result::success)
        to(std::make_shared<const group_snapshot>(group_snapshot{group, members.members(), as_of}));
}

void dns_provider::state::report(const name_result& found, poll_result how)
{
    if (how == std::exchange(last, how)) return;
    if (how == poll_result::success)
        return setup.out.info("name resolves again", {{"group", group}, {"name", source.name}});
    setup.out.warning("name does not resolve, the group keeps its members",
                      {{"group", group},
                       {"name", source.name},
                       {"reason", reason(found, how)},
                       {"members", static_cast<std::uint64_t>(members.members().size())}});
}

}  // namespace gatehouse::discovery
