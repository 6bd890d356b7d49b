#include "lb/target/target.hpp"

#include <utility>

namespace gatehouse::lb {

namespace {

std::string text_of(const boost::asio::ip::tcp::endpoint& where)
{
    const auto address = where.address().to_string();
    const auto port = std::to_string(where.port());
    return where.address().is_v6() ? '[' + address + "]:" + port : address + ':' + port;
}

}  // namespace

target::target(std::string group, std::string id, boost::asio::ip::tcp::endpoint where, std::uint32_t slot)
    : group_(std::move(group)), id_(std::move(id)), endpoint_(std::move(where)),
      address_text_(text_of(endpoint_)), slot_(slot)
{}

void target::set_health(health now, std::string why)
{
    about.health_reason = std::move(why);
    health_.store(now, std::memory_order_relaxed);
}

}  // namespace gatehouse::lb
