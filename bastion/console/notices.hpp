#pragma once

#include "bastion/rulebook.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Who is about to be let in.
struct arrival {
    const rulebook& rules;
    std::string_view user;
    boost::asio::ip::address source;
    std::string_view ca;                           // fingerprint; empty without a certificate
    std::optional<std::chrono::sys_seconds> ends;  // of the key or certificate
    std::string_view last_denial;                  // a sentence; empty = none lately
    std::chrono::sys_seconds now;
};

// What the user should know before `ssh -J` goes on: the bastion stops, the key ends within 24 hours, access ends
// within 15 minutes, the last jump was refused. As SSH wants a banner: lines that end in "\r\n"; empty when there is
// nothing. Only for who has proven to be the user.
std::string notices(const arrival& who);

}  // namespace gatehouse::bastion
