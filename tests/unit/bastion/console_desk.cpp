#include "tests/unit/bastion/console_desk.hpp"

#include <utility>

namespace gatehouse::bastion {

using discovery::lifecycle;

console_desk::console_desk()
    : house{group("web", {server("i-0a", "10.0.0.1", "front"), server("i-0b", "10.0.0.2", "front"),
                          server("i-0c", "10.0.0.3", "back"), server("i-0t", "10.0.0.9", "", lifecycle::terminating)}),
            group("db", {server("i-0d", "10.0.2.1", "store")})}
{
    user("alice", {"ops"});
    user("bob", {"dba"});
    user("root", {});
    settings.admins = {"root"};
}

conf::access_rule& console_desk::rule(std::string of, strings targets)
{
    auto& made = settings.rules.emplace_back();
    made.name = std::move(of);
    made.targets = std::move(targets);
    return made;
}

conf::ssh_user& console_desk::user(std::string of, strings groups)
{
    auto& made = settings.users.emplace_back();
    made.name = std::move(of);
    made.groups = std::move(groups);
    return made;
}

rulebook console_desk::rules() const
{
    strings problems;
    rulebook made;
    made.settings = std::make_shared<const conf::bastion>(settings);
    made.people = std::make_shared<const roster>(roster::load(settings, problems));
    made.policy = std::make_shared<const access_policy>(settings);
    made.names = std::make_shared<const target_names>(house, made.policy->groups());
    made.draining = draining;
    return made;
}

console_answer console_desk::ask(std::string_view command) const
{
    const auto book = rules();
    return answer({.command = command,
                   .rules = book,
                   .sessions = sessions,
                   .user = name,
                   .source = boost::asio::ip::make_address(source),
                   .session = "s-own",
                   .key = "SHA256:key",
                   .ca = ca,
                   .ends = ends,
                   .may_forward = may_forward,
                   .last_denial = last_denial,
                   .reached = reached,
                   .now = now,
                   .permitted = permitted});
}

}  // namespace gatehouse::bastion
