#include "tests/unit/health/loopback_target.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace gatehouse::lb::stage {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

}  // namespace

loopback_target::loopback_target(asio::io_context& loop, std::shared_ptr<asio::ssl::context> tls)
    : state_(std::make_shared<state>(loop))
{
    state_->tls = std::move(tls);
    state_->acceptor.open(tcp::v4());
    state_->acceptor.bind({asio::ip::address_v4::loopback(), 0});
    state_->acceptor.listen();
    asio::co_spawn(loop, accept(state_), asio::detached);
}

void loopback_target::answer(std::string bytes, after then)
{
    state_->bytes = std::move(bytes);
    state_->then = then;
}

asio::awaitable<void> loopback_target::accept(std::shared_ptr<state> self)
{
    const auto executor = self->acceptor.get_executor();
    for (;;) {
        auto [failed, peer] = co_await self->acceptor.async_accept(token);
        if (failed) co_return;
        ++self->connections;
        asio::co_spawn(executor, self->tls ? serve_tls(self, std::move(peer)) : serve(self, std::move(peer)),
                       asio::detached);
    }
}

template <class Stream>
asio::awaitable<void> loopback_target::respond(std::shared_ptr<state> self, Stream& stream)
{
    std::string request;
    const auto [failed, size] =
        co_await asio::async_read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", token);
    if (failed) co_return;
    self->requests.push_back(std::move(request));
    co_await asio::async_write(stream, asio::buffer(self->bytes), token);
    if (self->then == after::close) co_return;
    std::string more;
    co_await asio::async_read_until(stream, asio::dynamic_buffer(more), "never", token);
}

asio::awaitable<void> loopback_target::serve(std::shared_ptr<state> self, tcp::socket peer)
{
    co_await respond(self, peer);
}

asio::awaitable<void> loopback_target::serve_tls(std::shared_ptr<state> self, tcp::socket peer)
{
    asio::ssl::stream<tcp::socket> stream(std::move(peer), *self->tls);
    const auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, token);
    if (failed) co_return;
    co_await respond(self, stream);
    co_await stream.async_shutdown(token);
}

}  // namespace gatehouse::lb::stage
