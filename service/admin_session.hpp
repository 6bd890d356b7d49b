#pragma once

#include "service/admin_router.hpp"
#include "service/log.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <string>

namespace gatehouse::service {

// What the sessions of one admin server share. Outlives them.
struct admin_rules {
    admin_router router;
    std::string token;  // empty = none is asked for
    log& out;
};

// Serves one client, request after request, until it leaves, breaks the protocol or takes too long. Bounded:
// 16 KiB of head, 64 KiB of body, 10 s for each of head, body and answer. Ends early when `stream` is closed.
boost::asio::awaitable<void> serve_admin_client(boost::beast::tcp_stream& stream, const admin_rules& rules);

}  // namespace gatehouse::service
