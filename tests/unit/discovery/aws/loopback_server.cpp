#include "tests/unit/discovery/aws/loopback_server.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace gatehouse::discovery::aws::stage {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

seen_request noted(const http::request<http::string_body>& got, std::size_t number)
{
    seen_request seen;
    seen.method = got.method_string();
    seen.target = got.target();
    seen.body = got.body();
    seen.connection = number;
    for (const auto& field : got)
        seen.fields[boost::algorithm::to_lower_copy(std::string(field.name_string()))] = field.value();
    return seen;
}

std::string bytes_of(const reply& said)
{
    if (!said.raw.empty()) return said.raw;
    auto bytes = "HTTP/1.1 " + std::to_string(said.status) +
                 " Said\r\nContent-Length: " + std::to_string(said.body.size()) + "\r\n";
    for (const auto& field : said.fields) bytes += field.name + ": " + field.value + "\r\n";
    return bytes + "\r\n" + said.body;
}

}  // namespace

loopback_server::loopback_server(asio::io_context& loop, responder answer,
                                 std::shared_ptr<asio::ssl::context> tls)
    : state_(std::make_shared<state>(loop, std::move(answer)))
{
    state_->tls = std::move(tls);
    state_->acceptor.open(tcp::v4());
    state_->acceptor.bind({asio::ip::address_v4::loopback(), 0});
    state_->acceptor.listen();
    state_->port = state_->acceptor.local_endpoint().port();
    asio::co_spawn(loop, accept(state_), asio::detached);
}

url loopback_server::origin() const
{
    url where;
    where.scheme = state_->tls ? url::protocol::https : url::protocol::http;
    where.host = "127.0.0.1";
    where.port = state_->port;
    return where;
}

std::string loopback_server::text() const
{
    return (state_->tls ? "https://" : "http://") + authority(origin());
}

asio::awaitable<void> loopback_server::accept(std::shared_ptr<state> self)
{
    const auto executor = self->acceptor.get_executor();
    for (;;) {
        auto [failed, peer] = co_await self->acceptor.async_accept(token);
        if (failed) co_return;
        asio::co_spawn(executor, serve(self, std::move(peer), ++self->connections), asio::detached);
    }
}

asio::awaitable<void> loopback_server::serve(std::shared_ptr<state> self, tcp::socket peer,
                                             std::size_t number)
{
    if (!self->tls) {
        co_await converse(self, peer, number);
        co_return;
    }
    asio::ssl::stream<tcp::socket> stream(std::move(peer), *self->tls);
    const auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, token);
    if (!failed) co_await converse(self, stream, number);
}

template <class Stream>
asio::awaitable<void> loopback_server::converse(std::shared_ptr<state> self, Stream& stream,
                                                std::size_t number)
{
    boost::beast::flat_buffer buffer;
    for (;;) {
        http::request<http::string_body> got;
        const auto [failed, size] = co_await http::async_read(stream, buffer, got, token);
        if (failed) co_return;
        self->requests.push_back(noted(got, number));
        const auto said = self->answer(self->requests.back());
        if (said.then == reply::after::hang_up) co_return;
        if (said.then == reply::after::silence) continue;
        const auto bytes = bytes_of(said);
        const auto [cut, sent] = co_await asio::async_write(stream, asio::buffer(bytes), token);
        if (cut || said.then == reply::after::close) co_return;
    }
}

}  // namespace gatehouse::discovery::aws::stage
