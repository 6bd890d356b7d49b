#pragma once

#include "discovery/aws/http_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>
#include <optional>
#include <string>

namespace gatehouse::discovery::aws {

// What an https client verifies servers with: TLS 1.2 or newer, the authorities in `ca_file`, or the system's
// when it is empty. Throws boost::system::system_error when the file cannot be used.
std::shared_ptr<boost::asio::ssl::context> make_client_context(const std::string& ca_file);

using http_message = boost::beast::http::request<boost::beast::http::string_body>;

// One connection of an http_client to one address, for one request at a time. Includes Beast, so only the
// client's source includes this. Must outlive what it was asked to do.
class http_connection {
public:
    using clock = std::chrono::steady_clock;

    // `tls` is null for http.
    http_connection(boost::asio::any_io_executor executor, url server,
                    std::shared_ptr<boost::asio::ssl::context> tls);

    // TCP and TLS. Empty when the connection stands. Call once.
    boost::asio::awaitable<std::optional<http_failure>> open(boost::asio::ip::address where,
                                                             clock::time_point latest);

    boost::asio::awaitable<http_result> exchange(const http_message& ask, std::uint64_t body_limit,
                                                 clock::time_point latest);
    void abort();  // ends both with http_failure::reason::closed

    bool silent() const noexcept { return silent_; }      // the last exchange brought no byte
    bool keepable() const noexcept { return keepable_; }  // another exchange may follow the last one

private:
    template <class Stream>
    boost::asio::awaitable<http_result> converse(Stream& stream, const http_message& ask,
                                                 std::uint64_t body_limit);
    boost::asio::awaitable<std::optional<http_failure>> shake_hands();
    http_failure failure(const boost::system::error_code& failed, http_failure::reason otherwise,
                         const char* doing) const;

    url server_;
    std::shared_ptr<boost::asio::ssl::context> context_;
    boost::beast::tcp_stream tcp_;
    std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
    boost::beast::flat_buffer buffer_;
    bool silent_ = true, keepable_ = false, aborted_ = false;
};

}  // namespace gatehouse::discovery::aws
