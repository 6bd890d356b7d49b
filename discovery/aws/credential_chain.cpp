#include "discovery/aws/credential_chain.hpp"

#include "discovery/aws/container_credentials.hpp"
#include "discovery/aws/environment_credentials.hpp"
#include "discovery/aws/instance_credentials.hpp"
#include "discovery/aws/profile_file.hpp"
#include "discovery/aws/wait_list.hpp"
#include "discovery/aws/web_identity.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;
using clock = credential_chain::clock;

constexpr auto pause = std::chrono::seconds(30);  // between two attempts
constexpr auto ahead = std::chrono::minutes(5);
// Not earlier: the instance metadata has new keys five minutes before the old ones end, and not before that.
constexpr std::chrono::seconds longest_delay = std::chrono::minutes(1);

api_error nobody()
{
    return {error_kind::authentication, 0, "",
            "no AWS credentials: neither environment, web identity, shared files and container nor an "
            "instance role "
            "have any"};
}

api_error given_up()
{
    return {error_kind::transient, 0, "", "no longer waiting for AWS credentials"};
}

}  // namespace

struct credential_chain::state {
    // One walk along the sources. Those who wait for it look at `over`.
    struct walk {
        explicit walk(const asio::any_io_executor& executor) : waiting(executor) {}

        wait_list waiting;
        bool over = false;
        std::optional<api_error> failed;
    };

    state(asio::any_io_executor ex, credential_sources from, service::log& log,
          std::function<clock::time_point()> clock_now)
        : executor(std::move(ex)), sources(std::move(from)), out(log), now(std::move(clock_now))
    {}

    bool fresh() const { return held && now() < refresh_at && now() < usable_until; }
    bool usable() const { return held && now() < usable_until; }

    static asio::awaitable<result<credentials>> current(std::shared_ptr<state> self);
    static asio::awaitable<source_result> first_found(std::shared_ptr<state> self);
    std::shared_ptr<walk> join(const std::shared_ptr<state>& self);
    void finish(const source_result& found);
    void adopt(const credentials& found);
    void report(const api_error& failed);

    asio::any_io_executor executor;
    credential_sources sources;
    service::log& out;
    std::function<clock::time_point()> now;
    std::minstd_rand random{std::random_device{}()};
    std::optional<credentials> held;
    clock::time_point refresh_at, usable_until;  // of `held`
    std::shared_ptr<walk> walking;               // null: nobody asks the sources
    std::string announced;                       // the source that was logged last
    bool failing = false;
    bool ended = false;
};

credential_chain::credential_chain(asio::any_io_executor executor, credential_sources sources,
                                   service::log& out, std::function<clock::time_point()> now)
    : state_(std::make_shared<state>(std::move(executor), std::move(sources), out, std::move(now)))
{}

credential_chain::~credential_chain()
{
    state_->ended = true;
    for (const auto& source : state_->sources) source->close();
    if (state_->walking) state_->walking->waiting.wake_all();
}

asio::awaitable<result<credentials>> credential_chain::current()
{
    return state::current(state_);
}

void credential_chain::refuse(const credentials& used)
{
    if (state_->held && state_->held->access_key == used.access_key) state_->held.reset();
}

asio::awaitable<result<credentials>> credential_chain::state::current(std::shared_ptr<state> self)
{
    if (self->ended) co_return given_up();
    if (self->fresh()) co_return *self->held;
    const auto mine = self->join(self);
    // Ends by the sources' own deadlines.
    while (!mine->over && !self->ended)
        co_await mine->waiting.wait(std::chrono::steady_clock::time_point::max());
    if (self->ended) co_return given_up();
    if (self->usable()) co_return *self->held;
    co_return mine->failed.value_or(nobody());
}

// The walk under way, or a new one. It is a coroutine of its own: no caller's end may leave the others
// waiting.
std::shared_ptr<credential_chain::state::walk>
credential_chain::state::join(const std::shared_ptr<state>& self)
{
    if (walking) return walking;
    const auto begun = walking = std::make_shared<walk>(executor);
    auto finished = [self](std::exception_ptr thrown, const source_result& found) {
        self->finish(thrown ? source_result(api_error(error_kind::transient, 0, "", "out of resources"))
                            : found);
    };
    asio::co_spawn(executor, first_found(self), std::move(finished));
    return begun;
}

asio::awaitable<source_result> credential_chain::state::first_found(std::shared_ptr<state> self)
{
    for (const auto& source : self->sources) {
        if (self->ended) co_return given_up();
        auto found = co_await source->fetch();
        if (found.has_error() || *found) co_return found;
    }
    co_return nobody();
}

void credential_chain::state::finish(const source_result& found)
{
    const auto done = std::exchange(walking, nullptr);
    if (!ended) {
        if (found.has_error()) {
            done->failed = found.error();
            report(found.error());
            refresh_at = now() + pause;
        } else {
            adopt(**found);
        }
    }
    done->over = true;
    done->waiting.wake_all();
}

void credential_chain::state::adopt(const credentials& found)
{
    held = found;
    refresh_at = usable_until = clock::time_point::max();
    if (found.expires) {
        std::uniform_int_distribution<std::chrono::seconds::rep> delay(0, longest_delay.count());
        const auto soonest = now() + pause;
        refresh_at = std::max(*found.expires - ahead + std::chrono::seconds(delay(random)), soonest);
        usable_until = std::max(*found.expires, soonest);
    }
    const bool recovered = std::exchange(failing, false);
    if (std::exchange(announced, found.source) != found.source)
        out.info("AWS credentials found", {{"source", found.source}});
    else if (recovered)
        out.info("AWS credentials can be renewed again", {{"source", found.source}});
}

void credential_chain::state::report(const api_error& failed)
{
    if (std::exchange(failing, true)) return;
    if (usable())
        out.warning("AWS credentials cannot be renewed, those at hand are used to their end",
                    {{"source", held->source}, {"reason", failed.message}});
    else
        out.error("no AWS credentials", {{"reason", failed.message}});
}

credential_sources standard_sources(const asio::any_io_executor& executor, const environment& variables,
                                    const std::string& region, const endpoint_settings& endpoints,
                                    imds& metadata)
{
    credential_sources all;
    all.push_back(std::make_unique<environment_credentials>(variables));
    all.push_back(std::make_unique<web_identity>(executor, variables, endpoint("sts", region, endpoints)));
    all.push_back(std::make_unique<profile_file>(variables));
    all.push_back(std::make_unique<container_credentials>(executor, variables));
    all.push_back(std::make_unique<instance_credentials>(metadata, variables));
    return all;
}

}  // namespace gatehouse::discovery::aws
