#pragma once

#include "conf/lb.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace gatehouse::lb {

// What the bastion says of sessions that lead to an instance.
struct bastion_answer {
    enum class kind {
        none,
        some,
        no_bastion,  // nobody listens there: whatever sessions there were ended with it
        unclear,     // it could not be asked, or what it said cannot be read
    };
    kind told = kind::unclear;
    std::string reason;  // why unclear
};

// Asks the admin endpoint of a bastion on this node, within two seconds.
boost::asio::awaitable<bastion_answer> ask_bastion(conf::admin of, std::string instance);

// The body of its /api/v1/sessions.
bastion_answer read_sessions(unsigned status, std::string_view body);

}  // namespace gatehouse::lb
