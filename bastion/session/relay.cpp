#include "bastion/session/relay.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace gatehouse::bastion {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t piece = 128 * 1024;
constexpr int pieces_per_turn = 4;  // then other channels have their turn

bool blocked(const boost::system::error_code& failed)
{
    return failed == asio::error::would_block || failed == asio::error::try_again ||
           failed == asio::error::interrupted;
}

}  // namespace

std::shared_ptr<relay> relay::start(std::unique_ptr<channel> from, tcp::socket target,
                                    std::function<void(const result&)> done)
{
    auto made = std::make_shared<relay>(std::move(from), std::move(target), std::move(done));
    made->self_ = made;
    asio::post(made->target_.get_executor(), [made] {
        if (!made->channel_) return;
        made->channel_->watch(made.get());
        made->carry();
    });
    return made;
}

relay::relay(std::unique_ptr<channel> from, tcp::socket target, std::function<void(const result&)> done) :
    channel_(std::move(from)), target_(std::move(target)), done_(std::move(done))
{
    boost::system::error_code ignored;
    target_.non_blocking(true, ignored);
    target_.set_option(tcp::no_delay(true), ignored);
    target_.set_option(asio::socket_base::keep_alive(true), ignored);
}

relay::~relay() = default;

void relay::stop()
{
    done_ = nullptr;
    finish(ending::session_ended);
}

void relay::on_channel_event()
{
    carry();
}

void relay::on_channel_gone()
{
    finish(ending::session_ended);
}

void relay::carry()
{
    const auto self = shared_from_this();
    if (channel_) carry_up();
    if (channel_) carry_down();
    if (!channel_) return;
    if (up_ended_ && down_ended_) return finish(ending::both_ended);
    // A client that closes does not read any more, but what it sent before still arrives.
    if (up_ended_ && channel_->closed_by_peer()) finish(ending::client_closed);
}

// Client to target

void relay::carry_up()
{
    while (!up_ended_) {
        if (waits_to_write_) return;
        if (!send_pending_up()) return await_target(true);
        const auto arrived = channel_->read();
        if (arrived.empty()) {
            if (channel_->at_end()) end_up();
            return;
        }
        send_up(arrived);
    }
}

bool relay::send_pending_up()
{
    if (up_.empty()) return true;
    auto rest = std::exchange(up_, {});
    send_up(rest);
    return up_.empty();
}

void relay::send_up(std::string_view what)
{
    while (!what.empty() && !target_deaf_) {
        boost::system::error_code failed;
        const auto sent = target_.write_some(asio::buffer(what), failed);
        to_target_ += sent;
        what.remove_prefix(sent);
        if (blocked(failed)) {
            up_.assign(what);
            return;
        }
        // What it still has to say may be on the way to us: the other direction ends by itself.
        if (failed) target_deaf_ = true;
    }
}

void relay::end_up()
{
    boost::system::error_code ignored;
    target_.shutdown(tcp::socket::shutdown_send, ignored);
    up_ended_ = true;
}

// Target to client

void relay::carry_down()
{
    for (int i = 0; !down_ended_; ++i) {
        if (!down_.empty()) {
            const auto taken = channel_->write(down_);
            to_client_ += taken;
            down_.erase(0, taken);
            if (!down_.empty()) return;  // an event follows
        }
        const auto room = channel_->room();
        if (room == 0) return;  // an event follows
        if (waits_to_read_) return;
        if (i == pieces_per_turn) return await_target(false);
        std::array<char, piece> arrived;
        boost::system::error_code failed;
        const auto size = target_.read_some(asio::buffer(arrived, std::min(room, piece)), failed);
        if (blocked(failed)) return await_target(false);
        if (failed == asio::error::eof) {
            channel_->send_end();
            down_ended_ = true;
            return;
        }
        if (failed) return finish(ending::target_failed);
        const auto taken = channel_->write({arrived.data(), size});
        to_client_ += taken;
        down_.assign(arrived.data() + taken, size - taken);
    }
}

void relay::await_target(bool to_write)
{
    auto& waits = to_write ? waits_to_write_ : waits_to_read_;
    if (std::exchange(waits, true)) return;
    target_.async_wait(to_write ? tcp::socket::wait_write : tcp::socket::wait_read,
                       [self = shared_from_this(), &waits](const boost::system::error_code& failed) {
                           waits = false;
                           if (!failed) self->carry();
                       });
}

void relay::finish(ending how)
{
    if (!channel_) return;
    const auto self = std::exchange(self_, nullptr);
    const auto leaving = std::exchange(channel_, nullptr);
    leaving->watch(nullptr);
    boost::system::error_code ignored;
    target_.close(ignored);
    if (const auto done = std::exchange(done_, nullptr)) done({how, to_target_, to_client_});
}

}  // namespace gatehouse::bastion
