#include "service/address_block.hpp"

#include <boost/asio/ip/address_v6.hpp>

namespace gatehouse::service {

namespace {

constexpr unsigned mapped_prefix = 96;  // of ::ffff:0:0/96, where IPv4 lives in IPv6 (RFC 4291 2.5.5.2)

std::uint64_t leading_ones(unsigned count) noexcept
{
    return count == 0 ? 0 : ~std::uint64_t{0} << (64 - (count < 64 ? count : 64));
}

}  // namespace

address_block::address_block(const conf::network& from)
{
    const auto address = boost::asio::ip::make_address(from.address);
    network_ = bits_of(address);
    const auto prefix = address.is_v4() ? from.prefix + mapped_prefix : from.prefix;
    network_.v4 = network_.v4 && prefix >= mapped_prefix;
    mask_.high = leading_ones(prefix);
    mask_.low = leading_ones(prefix > 64 ? prefix - 64 : 0);
    network_.high &= mask_.high;
    network_.low &= mask_.low;
}

bool address_block::contains(const boost::asio::ip::address& which) const noexcept
{
    const auto asked = bits_of(which);
    return asked.v4 == network_.v4 && (asked.high & mask_.high) == network_.high &&
           (asked.low & mask_.low) == network_.low;
}

address_block::bits address_block::bits_of(const boost::asio::ip::address& which) noexcept
{
    if (which.is_v4()) return {.high = 0, .low = 0xffff00000000U | which.to_v4().to_uint(), .v4 = true};
    bits found;
    const auto bytes = which.to_v6().to_bytes();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto& half = at < 8 ? found.high : found.low;
        half = half << 8 | bytes[at];
    }
    found.v4 = found.high == 0 && found.low >> 32 == 0xffffU;
    return found;
}

}  // namespace gatehouse::service
