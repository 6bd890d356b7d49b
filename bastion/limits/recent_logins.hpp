#pragma once

#include "bastion/limits/source_table.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <mutex>
#include <variant>

namespace gatehouse::bastion {

enum class source_history { unknown, logged_in_lately };

// The sources from which somebody logged in within the last hour, at most 65,536 of them. Shared by the workers.
class recent_logins {
public:
    void remember(const boost::asio::ip::address& source, std::chrono::steady_clock::time_point now);
    source_history of(const boost::asio::ip::address& source, std::chrono::steady_clock::time_point now);

private:
    std::mutex mutex_;
    source_table<std::monostate> sources_{65536};
};

}  // namespace gatehouse::bastion
