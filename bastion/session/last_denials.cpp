#include "bastion/session/last_denials.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::bastion {
namespace {

constexpr std::chrono::hours remembered(1);
constexpr std::size_t most_users = 4096;

}  // namespace

void last_denials::remember(std::string_view user, std::string sentence, time_point now)
{
    const std::lock_guard hold(mutex_);
    if (users_.size() >= most_users && !users_.contains(user)) {
        std::erase_if(users_, [now](const auto& one) { return now - one.second.when >= remembered; });
        if (users_.size() >= most_users)
            users_.erase(std::ranges::min_element(users_, {}, [](const auto& one) { return one.second.when; }));
    }
    users_.insert_or_assign(std::string(user), denied{std::move(sentence), now});
}

std::string last_denials::of(std::string_view user, time_point now) const
{
    const std::lock_guard hold(mutex_);
    const auto found = users_.find(user);
    if (found == users_.end() || now - found->second.when >= remembered) return {};
    return found->second.sentence;
}

}  // namespace gatehouse::bastion
