#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Why each user was refused a jump, last: SSH carries no reason to a client that only sees "administratively
// prohibited", so the next login and `ssh bastion` tell it. For an hour, of at most 4,096 users. Shared by the workers.
class last_denials {
public:
    using time_point = std::chrono::steady_clock::time_point;

    void remember(std::string_view user, std::string sentence, time_point now);
    std::string of(std::string_view user, time_point now) const;  // empty = none lately

private:
    struct denied {
        std::string sentence;
        time_point when;
    };
    mutable std::mutex mutex_;
    std::map<std::string, denied, std::less<>> users_;
};

}  // namespace gatehouse::bastion
