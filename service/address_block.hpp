#pragma once

#include "conf/units.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>

namespace gatehouse::service {

// A network, ready to be asked. IPv4 and IPv6 are apart, but an IPv4 client on a dual-stack socket
// (::ffff:a.b.c.d) is an IPv4 client.
class address_block {
public:
    explicit address_block(const conf::network& from);  // throws when its address is none

    bool contains(const boost::asio::ip::address& which) const noexcept;

private:
    struct bits {
        std::uint64_t high = 0, low = 0;
        bool v4 = false;
    };
    static bits bits_of(const boost::asio::ip::address& which) noexcept;

    bits network_, mask_;
};

}  // namespace gatehouse::service
