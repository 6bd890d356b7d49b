#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// What permitopen= names: the target as the client asks for it, letter by letter.
struct permitted_target {
    std::string host;                   // "*" is any
    std::optional<std::uint16_t> port;  // empty is any
    bool operator==(const permitted_target&) const = default;
};

// What a key or certificate lets its holder do, beneath what the rules grant.
struct permissions {
    bool forwarding = true;  // channels to targets
    // The bastion's own commands. False where command= or force-command names another one: that one is not
    // here, and nothing else may run in its stead. Channels are free of it, as in sshd.
    bool commands = true;
    std::vector<permitted_target> targets;  // empty = any
};

bool may_open(const permissions& holder, std::string_view host, std::uint16_t port) noexcept;

// What both allow. `certificate` names no targets.
permissions restrict_to(permissions line, const permissions& certificate);

}  // namespace gatehouse::bastion
