#pragma once

#include "discovery/aws/request.hpp"
#include "discovery/aws/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace gatehouse::discovery::aws {

struct http_limits {
    std::chrono::milliseconds connect = std::chrono::seconds(3);  // name; then TCP and TLS of each address
    std::chrono::milliseconds total =
        std::chrono::seconds(30);           // of one request, waiting for its turn included
    std::uint64_t body = 32 * 1024 * 1024;  // bytes of an answer's body
    std::string ca_file = {};               // PEM; empty = the system's store
};

struct http_answer {
    unsigned status = 0;
    std::string date;  // the Date field; empty when there is none
    std::string body;
};

// Why there is no answer.
struct http_failure {
    enum class reason {
        unresolved,  // the host's name has no address, or nobody could be asked
        refused,     // no address accepted the connection
        tls,         // the handshake failed: the server cannot be trusted, or speaks something else
        timeout,
        reset,    // the connection ended before the answer did
        invalid,  // an answer that is no HTTP, or too long
        closed,   // by close()
    };
    http_failure() = default;  // boost::system::result (1.81) default-constructs its error type
    http_failure(reason how, std::string what) : why(how), message(std::move(what)) {}

    reason why = reason::closed;
    std::string message;  // for the log, with the host
};

using http_result = boost::system::result<http_answer, http_failure>;

// Asks one server over HTTP/1.1: at most four requests at a time, later ones wait their turn. Keeps one
// connection for the next request; when that one was closed in the meantime, the request is sent again on a
// fresh one, as long as no byte of an answer has come. TLS is 1.2 or newer and verifies the chain and the
// host. Follows no redirect. Thread-affine to the executor.
class http_client {
public:
    // Only the origin of `server` counts. Throws boost::system::system_error when `ca_file` cannot be used.
    http_client(boost::asio::any_io_executor executor, url server, http_limits limits = {});
    ~http_client();  // as close()
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    // Sends `what` with its fields as they are. Its host says what the Host field says, empty: as the server
    // is called. May be awaited beyond the life of this object.
    boost::asio::awaitable<http_result> ask(http_request what);

    // Ends every request, now and later, with `closed`.
    void close();

private:
    struct state;
    std::shared_ptr<state> state_;  // shared with the requests under way
};

}  // namespace gatehouse::discovery::aws
