#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace gatehouse::conf {

using duration = std::chrono::milliseconds;

// An address and a port as a listener binds them. Port 0 lets the kernel choose.
struct bind_address {
    std::string address;  // IPv4 or IPv6 literal, without brackets
    std::uint16_t port = 0;
    bool operator==(const bind_address&) const = default;
};

// "10.0.0.0/8" or "2001:db8::/32"; a bare address is a network of one.
struct network {
    std::string address;  // the network's literal as canonical text, host bits cleared
    unsigned prefix = 0;  // 0-32 or 0-128
    bool operator==(const network&) const = default;
};

}  // namespace gatehouse::conf
