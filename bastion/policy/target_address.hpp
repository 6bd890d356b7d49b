#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string_view>

namespace gatehouse::bastion {

// The address a user or an inventory means, with an IPv4 address out of its disguise ::ffff:a.b.c.d.
boost::asio::ip::address plain(const boost::asio::ip::address& which);

// An IPv4 or IPv6 literal, in brackets or without, as plain() has it.
std::optional<boost::asio::ip::address> read_address(std::string_view text);

enum class loopback_targets { refused, allowed };

// True for what no jump may reach even when an inventory lists it, because there the bastion itself would answer, or
// the platform with credentials for it: loopback, unspecified and "this network", link-local (169.254.169.254),
// multicast, broadcast, the platform's own fd00:ec2::/32, and IPv6 forms that carry such an IPv4 address (mapped,
// compatible, NAT64, 6to4).
bool is_forbidden(const boost::asio::ip::address& target, loopback_targets loopback);

}  // namespace gatehouse::bastion
