#pragma once

#include <boost/asio/ip/address.hpp>

#include <compare>
#include <cstdint>
#include <string>

namespace gatehouse::bastion {

// What counts as one source of connections: an IPv4 address, also out of ::ffff:a.b.c.d, or the /64 of an IPv6
// address, as whoever has one address of it has them all.
struct source_key {
    explicit source_key(const boost::asio::ip::address& which);

    auto operator<=>(const source_key&) const = default;

    std::uint64_t network;  // the /64; 0 for IPv4
    std::uint64_t v4;       // ::ffff:a.b.c.d's lower half; 0 for IPv6
};

std::string to_string(const source_key& key);  // "203.0.113.9", "2001:db8:0:1::/64"

}  // namespace gatehouse::bastion
