#pragma once

#include "service/admin_server.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::service {

// Percent-decodes one part of a URL. Empty when an escape is malformed or stands for a control character.
std::optional<std::string> percent_decode(std::string_view text);

// The routes of an admin server, and which of them a request means. No I/O.
class admin_router {
public:
    struct match {
        const admin_server::handler* serve = nullptr;  // this or the next; both null: no route, or none for this method
        const admin_server::slow_handler* serve_slowly = nullptr;
        std::vector<std::string> parameters;
        std::string allowed;  // "GET, HEAD"; empty when no route has the path
    };

    void add(std::string method, std::string_view pattern, admin_server::handler serve,
             admin_server::slow_handler serve_slowly = nullptr);

    // `path` is as the client sent it, still encoded: "%2F" belongs to a segment and does not end it. A HEAD
    // is served by its GET. The result points into this and is good until the next add().
    match find(std::string_view method, std::string_view path) const;

private:
    struct route {
        std::string method;
        std::vector<std::string> segments;
        admin_server::handler serve;
        admin_server::slow_handler serve_slowly;
    };
    std::vector<route> routes_;
};

}  // namespace gatehouse::service
