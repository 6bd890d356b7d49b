#include "bastion/identity/permissions.hpp"

#include <algorithm>

namespace gatehouse::bastion {

bool may_open(const permissions& holder, std::string_view host, std::uint16_t port) noexcept
{
    if (!holder.forwarding) return false;
    return holder.targets.empty() || std::ranges::any_of(holder.targets, [&](const permitted_target& target) {
               return (target.host == "*" || target.host == host) && (!target.port || *target.port == port);
           });
}

permissions restrict_to(permissions line, const permissions& certificate)
{
    line.forwarding = line.forwarding && certificate.forwarding;
    line.commands = line.commands && certificate.commands;
    return line;
}

}  // namespace gatehouse::bastion
