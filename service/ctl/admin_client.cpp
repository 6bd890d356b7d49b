#include "service/ctl/admin_client.hpp"

#include "service/ctl/json_view.hpp"
#include "service/sockets.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>

namespace gatehouse::service::ctl {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using request = http::request<http::string_body>;
using parser = http::response_parser<http::string_body>;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t answer_limit = 64 * 1024 * 1024;  // the targets of a large fleet

// `asked` and `answer` must live until this has ended.
asio::awaitable<error_code> exchange(tcp::resolver::results_type where, request& asked, parser& answer)
{
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_after(std::chrono::seconds(3));
    const auto [refused, reached] = co_await stream.async_connect(where, token);
    if (refused) co_return refused;
    // An IP literal, whatever name led there: the daemon takes nothing else for a call that changes
    // something.
    asked.set(http::field::host,
              to_string(conf::bind_address{reached.address().to_string(), reached.port()}));
    stream.expires_after(std::chrono::seconds(75));
    const auto [cut, sent] = co_await http::async_write(stream, asked, token);
    // A daemon that refuses early may close before it has read all; its answer counts, so a failed write does
    // not.
    beast::flat_buffer buffer;
    const auto [failed, received] = co_await http::async_read(stream, buffer, answer, token);
    if (failed && cut) co_return cut;
    co_return failed;
}

request compose(const admin_endpoint& where, std::string_view method, const std::string& target,
                const boost::json::value& body)
{
    request asked;
    asked.version(11);
    asked.method_string(method);
    asked.target(target);
    asked.set(http::field::user_agent, "gatehouse/" GATEHOUSE_VERSION);
    asked.set(http::field::accept, "application/json");
    asked.keep_alive(false);
    if (!where.token.empty()) asked.set(http::field::authorization, "Bearer " + where.token);
    if (!body.is_null()) {
        asked.set(http::field::content_type, "application/json");
        asked.body() = boost::json::serialize(body);
    }
    asked.prepare_payload();
    return asked;
}

}  // namespace

admin_reply call(const admin_endpoint& where, std::string_view method, std::string target,
                 const boost::json::value& body)
{
    const auto daemon = "the daemon at " + to_string(conf::bind_address{where.host, where.port});
    asio::io_context loop;
    error_code failed;
    const auto addresses = tcp::resolver(loop).resolve(where.host, std::to_string(where.port), failed);
    auto asked = compose(where, method, target, body);
    parser answer;
    answer.body_limit(answer_limit);
    if (!failed) {
        asio::co_spawn(loop, exchange(addresses, asked, answer),
                       [&failed](std::exception_ptr thrown, error_code result) {
                           if (thrown) std::rethrow_exception(thrown);
                           failed = result;
                       });
        loop.run();
    }
    if (failed) throw daemon_unreachable("cannot reach " + daemon + ": " + failed.message());
    auto parsed = boost::json::parse(answer.get().body(), failed);
    if (failed)
        throw daemon_unreachable(daemon + " does not answer as Gatehouse does: status " +
                                 std::to_string(answer.get().result_int()) + ", no JSON");
    return {answer.get().result_int(), std::move(parsed)};
}

boost::json::value call_ok(const admin_endpoint& where, std::string_view method, std::string target,
                           const boost::json::value& body)
{
    auto answer = call(where, method, std::move(target), body);
    if (answer.status >= 200 && answer.status < 300) return std::move(answer.body);
    const auto reason = text(answer.body, "error");
    throw call_refused(reason != "-" ? reason : "the daemon answered " + std::to_string(answer.status));
}

std::string path_segment(std::string_view text)
{
    constexpr std::string_view unreserved =  // RFC 3986 section 2.3
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string encoded;
    for (const char each : text) {
        if (unreserved.find(each) != unreserved.npos) {
            encoded += each;
            continue;
        }
        const auto byte = static_cast<unsigned char>(each);
        encoded += {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
    }
    return encoded;
}

}  // namespace gatehouse::service::ctl
