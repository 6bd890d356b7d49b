#pragma once

#include "bastion/limits/pass.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Counts each user's sessions over all workers. One lock, taken twice per session: asking the control thread instead
// would make every login wait for it. Holds an entry per user who has a session, so strangers cannot fill it.
class session_quota {
    using counts = std::map<std::string, unsigned, std::less<>>;

public:
    using pass = bastion::pass<session_quota, counts::iterator>;  // as long as the session

    // Empty when the user has `limit` sessions already. To be asked after login: the name must be proven.
    [[nodiscard]] std::optional<pass> enter(std::string_view user, unsigned limit);

    unsigned sessions(std::string_view user) const;

private:
    friend pass;
    void leave(counts::iterator user) noexcept;

    mutable std::mutex mutex_;
    counts sessions_;
};

}  // namespace gatehouse::bastion
