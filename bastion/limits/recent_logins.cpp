#include "bastion/limits/recent_logins.hpp"

namespace gatehouse::bastion {
namespace {

constexpr std::chrono::hours lately{1};

}  // namespace

void recent_logins::remember(const boost::asio::ip::address& source, std::chrono::steady_clock::time_point now)
{
    const std::lock_guard hold(mutex_);
    sources_.put(source_key(source), now + lately, {}, now);
}

source_history recent_logins::of(const boost::asio::ip::address& source, std::chrono::steady_clock::time_point now)
{
    const std::lock_guard hold(mutex_);
    return sources_.find(source_key(source), now) ? source_history::logged_in_lately : source_history::unknown;
}

}  // namespace gatehouse::bastion
