#pragma once

#include "bastion/limits/pass.hpp"

#include <optional>
#include <variant>

namespace gatehouse::bastion {

// Counts the channels of one session. Belongs to the session's worker.
class channel_quota {
public:
    using pass = bastion::pass<channel_quota, std::monostate>;  // from the request to the end of the channel

    channel_quota() = default;
    channel_quota(const channel_quota&) = delete;
    channel_quota& operator=(const channel_quota&) = delete;

    // Empty when `limit` are open already.
    [[nodiscard]] std::optional<pass> enter(unsigned limit) noexcept
    {
        if (open_ >= limit) return std::nullopt;
        ++open_;
        return pass(*this, {});
    }

    unsigned open() const noexcept { return open_; }

private:
    friend pass;
    void leave(std::monostate) noexcept { --open_; }

    unsigned open_ = 0;
};

}  // namespace gatehouse::bastion
