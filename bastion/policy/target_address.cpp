#include "bastion/policy/target_address.hpp"

#include "conf/address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace gatehouse::bastion {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

// Where an IPv4 address lies inside an IPv6 one that begins so.
struct carrier {
    std::array<std::uint8_t, 12> prefix;
    std::size_t length, offset;
};

constexpr carrier carriers[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 12, 12},  // mapped (RFC 4291 2.5.5.2)
    {{0x00, 0x64, 0xff, 0x9b}, 12, 12},                    // NAT64 (RFC 6052 2.1)
    {{}, 12, 12},                                          // compatible (RFC 4291 2.5.5.1); :: and ::1 look like it
    {{0x20, 0x02}, 2, 2},                                  // 6to4 (RFC 3056 2)
};

std::optional<address_v4> carried(const address_v6& which)
{
    const auto bytes = which.to_bytes();
    for (const auto& one : carriers) {
        if (!std::equal(one.prefix.begin(), one.prefix.begin() + one.length, bytes.begin())) continue;
        address_v4::bytes_type v4;
        std::copy_n(bytes.begin() + one.offset, v4.size(), v4.begin());
        return address_v4(v4);
    }
    return std::nullopt;
}

bool is_forbidden_v4(const address_v4& target, loopback_targets loopback)
{
    const auto bytes = target.to_bytes();
    if (bytes[0] == 127) return loopback == loopback_targets::refused;
    const bool link_local = bytes[0] == 169 && bytes[1] == 254;
    return bytes[0] == 0 || link_local || target.is_multicast() || target == address_v4::broadcast();
}

bool is_platform(const address_v6& target)
{
    const auto bytes = target.to_bytes();
    return bytes[0] == 0xfd && bytes[1] == 0x00 && bytes[2] == 0x0e && bytes[3] == 0xc2;
}

}  // namespace

address plain(const address& which)
{
    if (which.is_v6() && which.to_v6().is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, which.to_v6());
    return which;
}

std::optional<address> read_address(std::string_view text)
{
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    const auto literal = conf::parse_address(text);  // which, unlike Asio's, takes no zone and no zero byte
    if (!literal) return std::nullopt;
    return plain(boost::asio::ip::make_address(*literal));
}

bool is_forbidden(const address& target, loopback_targets loopback)
{
    if (target.is_v4()) return is_forbidden_v4(target.to_v4(), loopback);
    const auto v6 = target.to_v6();
    if (v6.is_loopback()) return loopback == loopback_targets::refused;
    if (v6.is_unspecified() || v6.is_multicast() || v6.is_link_local() || is_platform(v6)) return true;
    const auto v4 = carried(v6);
    return v4 && is_forbidden_v4(*v4, loopback);
}

}  // namespace gatehouse::bastion
