#include "lb/health/health_probe.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/none.hpp>

#include <algorithm>
#include <array>
#include <sstream>

namespace gatehouse::lb {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using outcome = probe_report::outcome;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t head_limit = 16 * 1024;
constexpr std::size_t body_limit = 64 * 1024;
constexpr auto goodbye = std::chrono::milliseconds(250);  // for a close_notify nobody depends on

probe_report failure(const error_code& failed, const probe_request& what, std::string detail)
{
    if (failed == beast::error::timeout)
        return {outcome::timeout,
                detail + " took longer than " + std::to_string(what.timeout.count()) + " ms"};
    return {outcome::failed, failed.message()};
}

probe_report judge(unsigned status, const probe_request& what)
{
    const bool matches = std::ranges::any_of(
        what.matcher, [&](const auto& range) { return range.first <= status && status <= range.second; });
    return {matches ? outcome::passed : outcome::response_code_mismatch, "HTTP " + std::to_string(status)};
}

http::request<http::empty_body> compose(const probe_request& what)
{
    std::ostringstream host;
    host << what.where;
    http::request<http::empty_body> ask(http::verb::get, what.path, 11);
    ask.set(http::field::host, host.str());
    ask.set(http::field::user_agent, "Gatehouse-HealthChecker/1.0");
    ask.set(http::field::accept, "*/*");
    ask.set(http::field::connection, "close");
    return ask;
}

// Reads a body to its end or to body_limit, whichever is first.
template <class Stream>
asio::awaitable<error_code> skip_body(Stream& stream, beast::flat_buffer& buffer,
                                      http::response_parser<http::buffer_body>& answer)
{
    std::array<char, 4096> scratch;
    for (std::size_t seen = 0; !answer.is_done() && seen < body_limit;) {
        answer.get().body().data = scratch.data();
        answer.get().body().size = scratch.size();
        auto [failed, read] = co_await http::async_read_some(stream, buffer, answer, token);
        if (failed && failed != http::error::need_buffer) co_return failed;
        seen += scratch.size() - answer.get().body().size;
    }
    co_return error_code();
}

template <class Stream> asio::awaitable<probe_report> exchange(Stream& stream, const probe_request& what)
{
    const auto ask = compose(what);
    if (const auto [failed, sent] = co_await http::async_write(stream, ask, token); failed)
        co_return failure(failed, what, "sending the request");
    beast::flat_buffer buffer;
    for (;;) {
        http::response_parser<http::buffer_body> answer;
        answer.header_limit(head_limit);
        answer.body_limit(boost::none);
        if (const auto [failed, read] = co_await http::async_read_header(stream, buffer, answer, token);
            failed)
            co_return failure(failed, what, "waiting for the answer");
        const auto status = answer.get().result_int();
        if (status >= 100 && status < 200 && status != 101) continue;  // interim (RFC 9110 15.2)
        if (const auto failed = co_await skip_body(stream, buffer, answer); failed)
            co_return failure(failed, what, "reading the answer");
        co_return judge(status, what);
    }
}

asio::awaitable<probe_report> exchange_tls(beast::tcp_stream tcp, const probe_request& what)
{
    asio::ssl::stream<beast::tcp_stream> stream(std::move(tcp), *what.tls);
    if (!expect_peer(stream.native_handle(), {what.server_name, what.where.address().to_string()}))
        co_return probe_report{outcome::failed, "TLS: the server name cannot be used"};
    if (const auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::client, token);
        failed) {
        if (failed == beast::error::timeout) co_return failure(failed, what, "the TLS handshake");
        co_return probe_report{outcome::failed, handshake_failure(stream.native_handle(), failed)};
    }
    auto report = co_await exchange(stream, what);
    beast::get_lowest_layer(stream).expires_after(goodbye);
    co_await stream.async_shutdown(token);
    co_return report;
}

}  // namespace

probe_report::outcome outcome_of_connect(const error_code& failed)
{
    using namespace boost::system::errc;
    const bool ours = failed == too_many_files_open || failed == too_many_files_open_in_system ||
                      failed == no_buffer_space || failed == not_enough_memory || failed == address_not_available;
    return ours ? outcome::not_sent : outcome::failed;
}

asio::awaitable<probe_report> probe(probe_request what)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto executor = co_await asio::this_coro::executor;
    beast::tcp_stream stream(executor);
    stream.expires_after(what.timeout);  // a deadline: it stays as it is over every operation below
    if (const auto [failed] = co_await stream.async_connect(what.where, token); failed) {
        if (outcome_of_connect(failed) == outcome::not_sent)
            co_return probe_report{outcome::not_sent, failed.message()};
        co_return failure(failed, what, "connecting");
    }
    if (what.tls) co_return co_await exchange_tls(std::move(stream), what);
    co_return co_await exchange(stream, what);
}

}  // namespace gatehouse::lb
