#include "lb/control/bastion_query.hpp"

#include "conf/address.hpp"
#include "discovery/aws/percent.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <chrono>

namespace gatehouse::lb {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using kind = bastion_answer::kind;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr auto patience = std::chrono::seconds(2);  // it is one hop within this machine
constexpr std::uint32_t head_limit = 16 * 1024;
constexpr std::uint64_t body_limit = 1024 * 1024;

bastion_answer unclear(const error_code& failed, const char* doing)
{
    if (failed == beast::error::timeout) return {kind::unclear, std::string(doing) + " took too long"};
    return {kind::unclear, std::string(doing) + ": " + failed.message()};
}

// Where to connect for what it binds: the wildcard address is no destination.
asio::ip::tcp::endpoint reachable(const conf::bind_address& bound)
{
    auto address = asio::ip::make_address(bound.address);
    if (address.is_unspecified())
        address = address.is_v6() ? asio::ip::address(asio::ip::address_v6::loopback())
                                  : asio::ip::address(asio::ip::address_v4::loopback());
    return {address, bound.port};
}

http::request<http::empty_body> compose(const asio::ip::tcp::endpoint& where, const std::string& secret,
                                        const std::string& instance)
{
    const auto target = "/api/v1/sessions?instance=" + discovery::aws::percent_encoded(instance);
    http::request<http::empty_body> ask(http::verb::get, target, 11);
    ask.set(http::field::host, conf::to_string(conf::bind_address{where.address().to_string(), where.port()}));
    ask.set(http::field::user_agent, "gatehouse-lb/" GATEHOUSE_VERSION);
    ask.set(http::field::accept, "application/json");
    if (!secret.empty()) ask.set(http::field::authorization, "Bearer " + secret);
    ask.set(http::field::connection, "close");
    return ask;
}

}  // namespace

asio::awaitable<bastion_answer> ask_bastion(conf::admin of, std::string instance)
{
    const auto where = reachable(of.bind);
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_after(patience);  // a deadline: it stays as it is over every operation below
    // Only a refusal says that nobody is there: a shortage of descriptors, for one, ends no session.
    if (const auto [failed] = co_await stream.async_connect(where, token); failed)
        co_return failed == asio::error::connection_refused ? bastion_answer{kind::no_bastion, {}}
                                                            : unclear(failed, "connecting");
    const auto ask = compose(where, of.token, instance);
    if (const auto [failed, sent] = co_await http::async_write(stream, ask, token); failed)
        co_return unclear(failed, "sending the question");
    http::response_parser<http::string_body> answer;
    answer.header_limit(head_limit);
    answer.body_limit(body_limit);
    beast::flat_buffer buffer;
    if (const auto [failed, read] = co_await http::async_read(stream, buffer, answer, token); failed)
        co_return unclear(failed, "reading the answer");
    co_return read_sessions(answer.get().result_int(), answer.get().body());
}

bastion_answer read_sessions(unsigned status, std::string_view body)
{
    if (status != 200) return {kind::unclear, "status " + std::to_string(status)};
    error_code failed;
    const auto told = boost::json::parse(body, failed);
    const auto* const object = failed ? nullptr : told.if_object();
    const auto* const sessions = object ? object->if_contains("sessions") : nullptr;
    if (!sessions || !sessions->is_array()) return {kind::unclear, "the answer holds no list of sessions"};
    return {sessions->get_array().empty() ? kind::none : kind::some, {}};
}

}  // namespace gatehouse::lb
