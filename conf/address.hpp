#pragma once

#include "conf/units.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::conf {

// An IPv4 or IPv6 literal, without brackets or zone, as canonical text.
std::optional<std::string> parse_address(std::string_view text);

std::optional<bind_address> parse_bind_address(std::string_view text);  // "a.b.c.d:port", "[v6]:port"
std::optional<network> parse_network(std::string_view text);           // host bits are cleared

// What parse_bind_address() reads.
std::string to_string(const bind_address& bind);

// These expect a literal that parse_address() accepted.
bool is_loopback(const std::string& address);
bool is_unspecified(const std::string& address);
bool is_multicast(const std::string& address);

}  // namespace gatehouse::conf
