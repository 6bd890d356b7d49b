#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gatehouse::service::ctl {

// No daemon answered, or not one of ours: exit code `unreachable`.
struct daemon_unreachable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The daemon answered no: exit code `problem`. what() is its reason.
struct call_refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct admin_endpoint {
    std::string host;  // name or literal, without brackets
    std::uint16_t port = 0;
    std::string token;  // empty = send none
};

struct admin_reply {
    unsigned status = 0;
    boost::json::value body;
};

// One call of a daemon's admin API. An answer of any status is a reply; `target` is sent as it is. At most 3
// s to connect and 75 s for the answer, as a reload may read many files and a discovery asks AWS for up to a
// minute. Throws daemon_unreachable.
admin_reply call(const admin_endpoint& where, std::string_view method, std::string target,
                 const boost::json::value& body = nullptr);

// The body of a call that must succeed. Throws call_refused besides.
boost::json::value call_ok(const admin_endpoint& where, std::string_view method, std::string target,
                           const boost::json::value& body = nullptr);

// `text` as one segment of a path.
std::string path_segment(std::string_view text);

}  // namespace gatehouse::service::ctl
