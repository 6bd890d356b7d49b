#include "service/admin_session.hpp"

#include "service/admin_guard.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <exception>
#include <optional>

namespace gatehouse::service {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using request_parser = http::request_parser<http::string_body>;
using message = http::response<http::string_body>;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t head_limit = 16 * 1024;
constexpr std::size_t body_limit = 64 * 1024;
constexpr std::chrono::seconds patience{10};

// An answer, and what only the server knows about it.
struct verdict {
    admin_response response;
    std::string allowed;     // methods, for a 405
    bool keep_alive = true;  // false also when the request's body stays unread
};

// What to tell a client whose request could not be read; empty when there is nobody to tell.
std::optional<verdict> answer_to(error_code failed)
{
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
        return verdict{admin_error(431, "the request's head is over 16 KiB"), {}, false};
    if (failed == http::error::body_limit)
        return verdict{admin_error(413, "the request's body is over 64 KiB"), {}, false};
    if (failed == http::error::end_of_stream || failed == http::error::partial_message) return std::nullopt;
    if (failed.category() == make_error_code(http::error::bad_method).category())
        return verdict{admin_error(400, "this is not an HTTP/1.1 request"), {}, false};
    return std::nullopt;
}

admin_response call(const admin_server::handler& serve, const admin_request& request, log& out)
{
    try {
        return serve(request);
    } catch (const std::exception& failed) {
        out.error("admin call failed",
                  {{"method", request.method}, {"path", request.path}, {"reason", failed.what()}});
        return admin_error(500, "internal error, see the log");
    }
}

asio::awaitable<admin_response> call_slowly(const admin_server::slow_handler& serve, const admin_request& request,
                                            log& out)
{
    try {
        co_return co_await serve(request);
    } catch (const std::exception& failed) {
        out.error("admin call failed",
                  {{"method", request.method}, {"path", request.path}, {"reason", failed.what()}});
    }
    co_return admin_error(500, "internal error, see the log");
}

asio::awaitable<verdict> answer_to(const http::request<http::string_body>& request, const admin_rules& rules)
{
    const bool keep = request.keep_alive();
    const std::string_view target(request.target().data(), request.target().size());
    const auto query = target.find('?');
    const auto path = percent_decode(target.substr(0, query));
    if (!path || !target.starts_with('/')) co_return verdict{admin_error(400, "malformed request target"), {}, keep};
    const std::string method(request.method_string());
    auto found = rules.router.find(method, target.substr(0, query));
    if (found.allowed.empty()) co_return verdict{admin_error(404, "no such page: " + *path), {}, keep};
    if (!found.serve && !found.serve_slowly)
        co_return verdict{admin_error(405, "this page takes " + found.allowed), found.allowed, keep};
    const admin_request asked{method, *path,
                              query == target.npos ? std::string() : std::string(target.substr(query + 1)),
                              std::move(found.parameters), request.body()};
    if (found.serve) co_return verdict{call(*found.serve, asked, rules.out), {}, keep};
    auto response = co_await call_slowly(*found.serve_slowly, asked, rules.out);
    co_return verdict{std::move(response), {}, keep};
}

message to_message(verdict&& given, unsigned version, bool head_only)
{
    message built(http::int_to_status(given.response.status), version);
    built.result(given.response.status);
    built.set(http::field::content_type, given.response.content_type);
    built.set(http::field::cache_control, "no-store");
    built.set("X-Content-Type-Options", "nosniff");
    if (given.response.status == 401) built.set(http::field::www_authenticate, "Bearer");
    if (!given.allowed.empty()) built.set(http::field::allow, given.allowed);
    built.keep_alive(given.keep_alive);
    built.content_length(given.response.body.size());
    if (!head_only) built.body() = std::move(given.response.body);
    return built;
}

// False when the client could not be told.
asio::awaitable<bool> tell(beast::tcp_stream& stream, message answer)
{
    stream.expires_after(patience);
    http::response_serializer<http::string_body> writer(answer);
    const auto [failed, size] = co_await http::async_write(stream, writer, token);
    co_return !failed && answer.keep_alive();
}

// Reads what is left of a request that was refused, as long as it is short: closing with unread data makes
// the kernel send a reset, which can overtake the answer.
asio::awaitable<void> linger(beast::tcp_stream& stream, beast::flat_buffer& scratch)
{
    error_code ignored;
    stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream.expires_after(std::chrono::seconds(1));
    scratch.clear();
    for (std::size_t total = 0; total < 4 * body_limit;) {
        const auto [failed, size] = co_await stream.async_read_some(scratch.prepare(4096), token);
        if (failed) break;
        total += size;
    }
}

// The request's body, after the head was accepted; sends 100 Continue to a client that waits for it.
asio::awaitable<error_code> read_body(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                      request_parser& parser)
{
    stream.expires_after(patience);
    if (beast::iequals(parser.get()[http::field::expect], "100-continue") && !parser.is_done()) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        const auto [failed, size] = co_await asio::async_write(stream, asio::buffer(go_on), token);
        if (failed) co_return failed;
    }
    const auto [failed, size] = co_await http::async_read(stream, buffer, parser, token);
    co_return failed;
}

// Reads one request and decides; empty when the client is gone.
asio::awaitable<std::optional<verdict>> next_verdict(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                                     request_parser& parser, const admin_rules& rules)
{
    stream.expires_after(patience);
    const auto [failed, size] = co_await http::async_read_header(stream, buffer, parser, token);
    if (failed) co_return answer_to(failed);
    if (auto refusal = refuse(parser.get(), rules.token)) {
        const bool keep = parser.is_done() && parser.get().keep_alive() && refusal->status != 400;
        co_return verdict{std::move(*refusal), {}, keep};
    }
    if (const auto broken = co_await read_body(stream, buffer, parser)) co_return answer_to(broken);
    co_return co_await answer_to(parser.get(), rules);
}

}  // namespace

asio::awaitable<void> serve_admin_client(beast::tcp_stream& stream, const admin_rules& rules)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    beast::flat_buffer buffer(head_limit + body_limit);
    for (;;) {
        request_parser parser;
        parser.header_limit(head_limit);
        parser.body_limit(body_limit);
        auto decided = co_await next_verdict(stream, buffer, parser, rules);
        if (!decided) break;
        const bool head_only = parser.get().method() == http::verb::head;
        const unsigned version = parser.is_header_done() ? parser.get().version() : 11;
        if (co_await tell(stream, to_message(std::move(*decided), version, head_only))) continue;
        co_await linger(stream, buffer);
        break;
    }
}

}  // namespace gatehouse::service
