#include "bastion/limits/source_key.hpp"

namespace gatehouse::bastion {
namespace {

constexpr std::uint64_t mapped = 0xffff00000000U;

}  // namespace

source_key::source_key(const boost::asio::ip::address& which) : network(0), v4(0)
{
    if (which.is_v4()) {
        v4 = mapped | which.to_v4().to_uint();
        return;
    }
    std::uint64_t low = 0;
    const auto bytes = which.to_v6().to_bytes();
    for (std::size_t at = 0; at < 8; ++at) {
        network = network << 8 | bytes[at];
        low = low << 8 | bytes[at + 8];
    }
    if (which.to_v6().is_v4_mapped()) v4 = low;
}

std::string to_string(const source_key& key)
{
    if (key.v4 != 0) return boost::asio::ip::address_v4(static_cast<std::uint32_t>(key.v4)).to_string();
    boost::asio::ip::address_v6::bytes_type bytes{};
    for (std::size_t at = 0; at < 8; ++at) bytes[at] = static_cast<unsigned char>(key.network >> (56 - 8 * at));
    return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace gatehouse::bastion
