#include "discovery/aws/http_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <utility>

namespace gatehouse::discovery::aws {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using reason = http_failure::reason;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t head_limit = 64 * 1024;
constexpr std::size_t read_size = 64 * 1024;

// Makes the connection accept a certificate of `host` only.
bool expect_host(SSL* connection, const std::string& host)
{
    auto* expected = SSL_get0_param(connection);
    error_code is_name;
    asio::ip::make_address(host, is_name);
    if (!is_name) return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
    // A wildcard that covers part of a label matches nothing (RFC 9525 6.3).
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(expected, host.c_str(), 0) == 1 &&
           SSL_set_tlsext_host_name(connection, host.c_str()) == 1;
}

// Beast says of bytes that end too early, too, that they are no HTTP.
reason cause(const error_code& failed)
{
    const bool cut = failed == http::error::end_of_stream || failed == http::error::partial_message;
    const bool of_http = failed.category() == make_error_code(http::error::end_of_stream).category();
    return of_http && !cut ? reason::invalid : reason::reset;
}

bool is_interim(unsigned status)
{
    return status >= 100 && status < 200 && status != 101;  // RFC 9110 15.2
}

}  // namespace

std::shared_ptr<ssl::context> make_client_context(const std::string& ca_file)
{
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(ssl::verify_peer);
    if (ca_file.empty())
        context->set_default_verify_paths();
    else
        context->load_verify_file(ca_file);
    return context;
}

http_connection::http_connection(asio::any_io_executor executor, url server,
                                 std::shared_ptr<ssl::context> tls)
    : server_(std::move(server)), context_(std::move(tls)), tcp_(std::move(executor))
{
    if (context_) tls_.emplace(tcp_, *context_);
    buffer_.reserve(read_size);  // Beast reads as much at a time as fits, else 512 bytes
}

asio::awaitable<std::optional<http_failure>> http_connection::open(asio::ip::address where,
                                                                   clock::time_point latest)
{
    tcp_.expires_at(latest);
    const asio::ip::tcp::endpoint to(where, server_.port);
    if (const auto [failed] = co_await tcp_.async_connect(to, token); failed)
        co_return failure(failed, reason::refused, "connecting");
    error_code ignored;  // a request is one small write, and nothing follows that it could wait for
    tcp_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    if (!tls_) co_return std::nullopt;
    co_return co_await shake_hands();
}

asio::awaitable<std::optional<http_failure>> http_connection::shake_hands()
{
    auto* const session = tls_->native_handle();
    if (!expect_host(session, server_.host))
        co_return http_failure(reason::tls, server_.host + ": TLS: the name cannot be used");
    const auto [failed] = co_await tls_->async_handshake(ssl::stream_base::client, token);
    if (!failed) co_return std::nullopt;
    const auto verdict = SSL_get_verify_result(session);
    if (verdict != X509_V_OK && !aborted_ && failed != beast::error::timeout)
        co_return http_failure(reason::tls,
                               server_.host + ": TLS: " + X509_verify_cert_error_string(verdict));
    co_return failure(failed, reason::tls, "the TLS handshake");
}

asio::awaitable<http_result> http_connection::exchange(const http_message& ask, std::uint64_t body_limit,
                                                       clock::time_point latest)
{
    tcp_.expires_at(latest);  // stays as it is over every operation
    silent_ = true;
    keepable_ = false;
    if (tls_) co_return co_await converse(*tls_, ask, body_limit);
    co_return co_await converse(tcp_, ask, body_limit);
}

template <class Stream>
asio::awaitable<http_result> http_connection::converse(Stream& stream, const http_message& ask,
                                                       std::uint64_t body_limit)
{
    if (const auto [failed, sent] = co_await http::async_write(stream, ask, token); failed)
        co_return failure(failed, cause(failed), "sending the request");
    for (;;) {
        http::response_parser<http::string_body> parser;
        parser.header_limit(head_limit);
        parser.body_limit(body_limit);
        const auto [failed, head] = co_await http::async_read_header(stream, buffer_, parser, token);
        silent_ = silent_ && !parser.got_some() && buffer_.size() == 0;
        if (failed) co_return failure(failed, cause(failed), "waiting for the answer");
        if (is_interim(parser.get().result_int())) continue;
        const auto [cut, rest] = co_await http::async_read(stream, buffer_, parser, token);
        if (cut) co_return failure(cut, cause(cut), "reading the answer");
        keepable_ = parser.keep_alive() && buffer_.size() == 0;
        http_answer answer;
        answer.status = parser.get().result_int();
        answer.date = parser.get()[http::field::date];
        answer.body = std::move(parser.get().body());
        co_return answer;
    }
}

void http_connection::abort()
{
    aborted_ = true;
    tcp_.close();
}

http_failure http_connection::failure(const error_code& failed, reason otherwise, const char* doing) const
{
    const auto where = authority(server_) + ": ";
    if (aborted_) return {reason::closed, where + "given up"};
    if (failed == beast::error::timeout) return {reason::timeout, where + doing + " took too long"};
    return {otherwise, where + doing + ": " + failed.message()};
}

}  // namespace gatehouse::discovery::aws
