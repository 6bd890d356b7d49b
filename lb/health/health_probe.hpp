#pragma once

#include "conf/units.hpp"
#include "lb/health/health_state.hpp"
#include "lb/health/probe_tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::lb {

// One health check, as it is sent.
struct probe_request {
    boost::asio::ip::tcp::endpoint where;
    std::string path = "/";
    conf::duration timeout = std::chrono::seconds(5);  // for all of it: connect, handshake, whole answer
    std::vector<std::pair<unsigned, unsigned>> matcher{{200, 200}};  // inclusive status ranges
    std::shared_ptr<boost::asio::ssl::context> tls;                  // null = plain
    std::string server_name;  // SNI and the name verified; empty = the address
};

// Sends one GET on a connection of its own and judges the answer by its final status. The body is read up to
// 64 KiB, so that a target is not reset while it writes, and then ignored. Never fails: what goes wrong is
// the report. Ends early, with a report that means nothing, when the coroutine is cancelled.
boost::asio::awaitable<probe_report> probe(probe_request what);

// What an error of the connect says: not_sent when it was for want of descriptors, ports or memory here, else failed.
probe_report::outcome outcome_of_connect(const boost::system::error_code& failed);

}  // namespace gatehouse::lb
