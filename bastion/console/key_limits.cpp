#include "bastion/console/commands.hpp"
#include "bastion/console/terminal_text.hpp"

namespace gatehouse::bastion {

std::string limits_of_key(const console_question& asked)
{
    const std::string key = asked.ca.empty() ? "Your key" : "Your certificate";
    if (!asked.may_forward) return key + " allows no jumps.\n";
    if (asked.permitted.empty()) return {};
    constexpr std::size_t most = 20;
    std::string targets;
    for (std::size_t at = 0; at < asked.permitted.size() && at < most; ++at) {
        const auto& one = asked.permitted[at];
        (targets += targets.empty() ? "" : ", ") += terminal_text(one.host) + ':';
        targets += one.port ? std::to_string(*one.port) : "*";
    }
    if (asked.permitted.size() > most) targets += " and " + std::to_string(asked.permitted.size() - most) + " more";
    return key + " allows jumps only to " + targets + ", by these very names.\n";
}

}  // namespace gatehouse::bastion
