#include "lb/control/own_zone.hpp"

#include "discovery/aws/environment.hpp"
#include "discovery/aws/imds.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace gatehouse::lb {
namespace {

namespace asio = boost::asio;
namespace aws = discovery::aws;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr auto again_after = std::chrono::minutes(1);

}  // namespace

struct own_zone::state {
    state(const asio::any_io_executor& on, service::log& to, std::function<void(const std::string&)> who, aws::url where)
        : out(to), found(std::move(who)), pause(on), metadata(on, std::move(where))
    {}

    static asio::awaitable<void> run(std::shared_ptr<state> self);

    service::log& out;
    std::function<void(const std::string&)> found;
    asio::steady_timer pause;
    aws::imds metadata;
    bool told = false, ended = false;
};

own_zone::own_zone(asio::any_io_executor control, service::log& out, std::function<void(const std::string&)> found)
    : control_(std::move(control)), out_(out), found_(std::move(found))
{}

own_zone::~own_zone() { stop(); }

void own_zone::stop() noexcept
{
    if (!state_) return;
    state_->ended = true;
    state_->pause.cancel();
    state_->metadata.close();
}

void own_zone::look(const std::string& imds_endpoint)
{
    const auto where = aws::parse_url(imds_endpoint);
    if (imds_endpoint == endpoint_ || !where) return;
    if (aws::process_environment("AWS_EC2_METADATA_DISABLED") == "true") return;
    stop();
    endpoint_ = imds_endpoint;
    state_ = std::make_shared<state>(control_, out_, found_, *where);
    asio::co_spawn(control_, state::run(state_), [self = state_](std::exception_ptr failed) {
        if (failed && !self->ended) self->out.error("this node's zone is no longer looked for");
    });
}

asio::awaitable<void> own_zone::state::run(std::shared_ptr<state> self)
{
    for (;;) {
        const auto zone = co_await self->metadata.zone();
        if (self->ended) co_return;
        if (zone.has_value()) {
            self->out.info("this node's zone is known", {{"zone", *zone}});
            self->found(*zone);
            co_return;
        }
        if (!std::exchange(self->told, true))
            self->out.warning("this node's zone is not known, cross_zone: false has no effect; lb.zone would name it",
                              {{"reason", zone.error().message}});
        self->pause.expires_after(again_after);
        co_await self->pause.async_wait(token);
        if (self->ended) co_return;
    }
}

}  // namespace gatehouse::lb
