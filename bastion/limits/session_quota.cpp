#include "bastion/limits/session_quota.hpp"

namespace gatehouse::bastion {

std::optional<session_quota::pass> session_quota::enter(std::string_view user, unsigned limit)
{
    if (limit == 0) return std::nullopt;
    const std::lock_guard hold(mutex_);
    auto found = sessions_.find(user);
    if (found == sessions_.end()) found = sessions_.emplace(user, 0).first;
    if (found->second >= limit) return std::nullopt;
    ++found->second;
    return pass(*this, found);
}

unsigned session_quota::sessions(std::string_view user) const
{
    const std::lock_guard hold(mutex_);
    const auto found = sessions_.find(user);
    return found == sessions_.end() ? 0 : found->second;
}

void session_quota::leave(counts::iterator user) noexcept
{
    const std::lock_guard hold(mutex_);
    if (--user->second == 0) sessions_.erase(user);
}

}  // namespace gatehouse::bastion
