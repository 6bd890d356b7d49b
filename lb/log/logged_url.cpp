#include "lb/log/logged_url.hpp"

namespace gatehouse::lb {
namespace {

// ":443" of "host:443" and "[::1]:443"; empty when there is none.
std::string_view port_suffix(std::string_view authority) noexcept
{
    const auto colon = authority.rfind(':');
    const auto bracket = authority.rfind(']');
    if (colon == authority.npos || (bracket != authority.npos && bracket > colon)) return {};
    return authority.substr(colon);
}

}  // namespace

std::array<std::string_view, 4> logged_url(const access_record& record) noexcept
{
    if (!record.target.empty() && record.target.front() != '/') return {{{}, {}, {}, record.target}};
    using scheme = access_record::scheme;
    const bool secure = record.type == scheme::https || record.type == scheme::wss;
    const auto host = record.authority.empty() ? record.listener_address : record.authority;
    const auto port = port_suffix(host).empty() ? port_suffix(record.listener_address) : std::string_view{};
    return {{secure ? "https://" : "http://", host, port, record.target}};
}

endpoint_text split_endpoint(std::string_view text) noexcept
{
    const auto suffix = port_suffix(text);
    auto address = text.substr(0, text.size() - suffix.size());
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    return {address, suffix.substr(suffix.empty() ? 0 : 1)};
}

}  // namespace gatehouse::lb
