#pragma once

#include "conf/units.hpp"
#include "service/log.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::service {

struct admin_request {
    std::string method;                   // "GET", "POST", ...
    std::string path;                     // decoded path without query
    std::string query;                    // raw, without '?'
    std::vector<std::string> parameters;  // what the route's {} parts matched, decoded
    std::string body;
};

struct admin_response {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
};

// The admin endpoint: a small HTTP/1.1 server for the operator, Prometheus and the `gatehouse` command.
// All calls run on the io_context given, which must be run by one thread and outlive the server.
// State-changing methods need a same-origin request (no Origin, or one equal to Host; Sec-Fetch-Site none or
// same-origin; Host an IP literal, localhost or the bound address, against DNS rebinding) and the bearer
// token where one is set.
class admin_server {
public:
    using handler = std::function<admin_response(const admin_request&)>;
    using slow_handler = std::function<boost::asio::awaitable<admin_response>(const admin_request&)>;

    admin_server(boost::asio::io_context& loop, log& out);
    ~admin_server();
    admin_server(const admin_server&) = delete;
    admin_server& operator=(const admin_server&) = delete;

    // Before the loop runs. `pattern` is a path whose segments may be "{}": "/api/v1/targets/{}/{}/drain".
    void route(std::string method, std::string pattern, handler serve);
    // For an answer that takes time, in which others are served. The request lives until it is given.
    void route_slow(std::string method, std::string pattern, slow_handler serve);

    // Binds and listens; throws std::system_error with the address in its message. `inherited` >= 0 is a
    // listening descriptor to use in place of binding.
    void start(const conf::bind_address& where, const std::string& token, int inherited = -1);
    conf::bind_address address() const;  // what was bound, after start()
    void stop();                         // closes the listener and every connection

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::service
