#include "bastion/session/jump.hpp"

#include "bastion/metrics/metrics.hpp"
#include "bastion/session/guest.hpp"
#include "bastion/worker/worker_state.hpp"

#include <utility>

namespace gatehouse::bastion {
namespace {

// A target in the same network answers within a round trip. Enough for a lost SYN or two, and less than what makes a
// user try again.
constexpr std::chrono::seconds connect_within(10);

std::string_view to_string(relay::ending how)
{
    switch (how) {
    case relay::ending::both_ended: return "closed";
    case relay::ending::client_closed: return "client_closed";
    case relay::ending::target_failed: return "target_failed";
    case relay::ending::session_ended: break;
    }
    return "session_ended";
}

}  // namespace

jump::jump(guest& of, worker_state& home, direct_tcpip asked, grant by) :
    of_(&of), home_(home), asked_(std::move(asked)), by_(std::move(by)), socket_(home.loop), patience_(home.loop)
{
}

void jump::begin(std::unique_ptr<open_request> request)
{
    request_ = std::move(request);
    patience_.expires_after(connect_within);
    patience_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
        if (!cancelled && self->request_) self->fail("connect_timeout", "connect_timeout");
    });
    socket_.async_connect(by_.endpoint(), [self = shared_from_this()](const boost::system::error_code& failed) {
        self->connected(failed);
    });
}

void jump::connected(const boost::system::error_code& failed)
{
    if (!of_ || !request_) return;
    patience_.cancel();
    if (failed) return fail("connect_failed", "connect_failed: " + failed.message());
    home_.shared.counters.connected(std::chrono::steady_clock::now() - begun_);
    boost::system::error_code ignored;
    local_ = socket_.local_endpoint(ignored);
    auto opened = std::exchange(request_, nullptr)->accept();
    if (!opened) {
        home_.shared.counters.count(metrics::opening::failed, "client_left");
        return over("client_left");
    }
    home_.shared.counters.count(metrics::opening::opened, "rule");
    of_->seat_->connected(asked_.number, local_);
    relay_ = relay::start(std::move(opened), std::move(socket_), [self = shared_from_this()](const relay::result& after) {
        const bool with_session = after.how == relay::ending::session_ended && self->of_ && self->of_->farewell_;
        self->over(with_session ? self->of_->farewell_->text : std::string(to_string(after.how)));
    });
}

void jump::fail(std::string_view label, std::string reason)
{
    if (const auto request = std::exchange(request_, nullptr)) request->refuse(open_failure::connect_failed);
    home_.shared.counters.count(metrics::opening::failed, label);
    if (of_) of_->remember_failure(asked_, reason);
    over(std::move(reason));
}

void jump::stop(std::string reason)
{
    if (!of_) return;
    if (const auto request = std::exchange(request_, nullptr)) {
        request->refuse(open_failure::prohibited);
        home_.shared.counters.count(metrics::opening::failed, "stopped");
    }
    if (relay_) relay_->stop();
    over(std::move(reason));
}

void jump::over(std::string reason)
{
    auto* const of = std::exchange(of_, nullptr);
    if (!of) return;
    const auto self = shared_from_this();
    patience_.cancel();
    boost::system::error_code ignored;
    if (socket_.is_open()) socket_.close(ignored);
    of->left(*this, reason);
}

jump::moved jump::take_moved() noexcept
{
    const auto in = received(), out = sent();
    return {in - std::exchange(told_received_, in), out - std::exchange(told_sent_, out)};
}

std::chrono::microseconds jump::lasted() const
{
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_);
}

}  // namespace gatehouse::bastion
