#include "bastion/control/session_hooks.hpp"

#include <map>
#include <string>
#include <utility>

namespace gatehouse::bastion {

void session_hooks::configure(const conf::aws& settings, discovery::aws::ask_aws ask, conf::duration longest)
{
    discovery::aws::hook_duty::session_terms terms;
    terms.longest = longest;
    hooks_.configure(settings, std::move(ask), terms);
}

void session_hooks::step(const discovery::inventory& house, const session_book& book, std::int64_t now_ms)
{
    std::map<std::string, std::string> waiting;
    for (const auto& [name, snapshot] : house)
        for (const auto& one : snapshot->members)
            if (discovery::waits_to_terminate(one)) waiting.emplace(one.id, one.auto_scaling_group);
    hooks_.step(waiting, {.sessions = [&](const std::string& id) { return book.sessions_to(id) != 0; }}, now_ms);
}

}  // namespace gatehouse::bastion
