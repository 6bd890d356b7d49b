#include "discovery/aws/account.hpp"

#include "discovery/aws/region.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;

url metadata_url(const conf::aws& settings)
{
    const auto found = parse_url(settings.imds_endpoint);
    if (!found) throw std::logic_error("imds_endpoint '" + settings.imds_endpoint + "' is no URL");
    return *found;
}

}  // namespace

struct account::state {
    state(asio::any_io_executor on, conf::aws with, service::log& to, request_counter counter, environment from)
        : executor(on), settings(std::move(with)), out(to), count(std::move(counter)), variables(std::move(from)),
          metadata(on, metadata_url(settings))
    {}

    static asio::awaitable<result<std::string>> ask(std::shared_ptr<state> self, api_call what);
    static asio::awaitable<identity> who(std::shared_ptr<state> self);
    void open(const std::string& where);

    asio::any_io_executor executor;
    conf::aws settings;
    service::log& out;
    request_counter count;
    environment variables;
    imds metadata;
    std::optional<credential_chain> keys;
    std::optional<api_client> client;
    std::string region;  // once there is a client
    bool closed = false;
};

account::account(asio::any_io_executor control, conf::aws settings, service::log& out, request_counter count,
                 environment variables)
    : state_(std::make_shared<state>(std::move(control), std::move(settings), out, std::move(count), std::move(variables)))
{}

account::~account()
{
    state_->closed = true;
    state_->client.reset();
    state_->keys.reset();
    state_->metadata.close();
}

ask_aws account::caller() const
{
    return [weak = std::weak_ptr(state_)](std::string service, std::string action, form parameters) {
        return state::ask(weak.lock(), {std::move(service), std::move(action), std::move(parameters)});
    };
}

asio::awaitable<account::identity> account::who() const { return state::who(state_); }

double account::poll_slowdown() const noexcept { return state_->client ? state_->client->poll_slowdown() : 1.0; }

asio::awaitable<result<std::string>> account::state::ask(std::shared_ptr<state> self, api_call what)
{
    const api_error closed(error_kind::transient, 0, "", "no longer followed");
    if (!self || self->closed) co_return closed;
    if (!self->client) {
        const auto region = co_await find_region(self->settings.region, self->variables, self->metadata);
        if (region.has_error()) co_return region.error();
        if (self->closed) co_return closed;
        if (!self->client) self->open(*region);  // another call may have been quicker
    }
    co_return co_await self->client->ask(std::move(what));
}

void account::state::open(const std::string& where)
{
    const endpoint_settings endpoints{settings.endpoints, settings.fips, settings.dual_stack};
    keys.emplace(executor, standard_sources(executor, variables, where, endpoints, metadata), out);
    api_settings how;
    how.region = where;
    how.endpoints = endpoints;
    client.emplace(executor, std::move(how), *keys, out, count);
    region = where;
    out.info("AWS is followed", {{"region", region}});
}

asio::awaitable<account::identity> account::state::who(std::shared_ptr<state> self)
{
    identity found{self->region, {}};
    if (self->closed || !self->keys) co_return found;
    const auto used = co_await self->keys->current();
    if (used.has_value()) found.credentials = used->source;
    co_return found;
}

}  // namespace gatehouse::discovery::aws
