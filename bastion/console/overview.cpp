#include "bastion/console/commands.hpp"
#include "bastion/console/reach.hpp"
#include "bastion/console/server_table.hpp"
#include "bastion/console/terminal_text.hpp"
#include "bastion/console/time_left.hpp"
#include "bastion/policy/target_address.hpp"

#include <algorithm>

namespace gatehouse::bastion {
namespace {

using discovery::lifecycle;

std::string count_text(const console_question& asked, std::string_view group, const conf::access_rule& rule)
{
    const auto& known = asked.rules.names->groups();
    const auto found = known.find(group);
    if (found == known.end()) return "0";
    return std::to_string(std::ranges::count_if(found->second->members, [&rule](const discovery::member& one) {
        return rule.terminating || one.state != lifecycle::terminating;
    }));
}

// "until 2026-... (in 3 h), Mon-Fri 08:00-19:00 UTC", or why not now.
std::string state_text(const console_question& asked, const reach& mine, const own_rule& rule, std::string_view group)
{
    const auto someone = anyone_of(group);
    const auto port = rule.settings->ports.empty() ? std::uint16_t{22} : rule.settings->ports.front();
    const auto why = rule.compiled.check(mine.who(), someone, port, asked.now);
    if (why != access_rule::mismatch::none)
        return "not now: " + rule.compiled.describe(why, mine.who(), someone, port, asked.now);
    const auto until = rule.compiled.holds_until(asked.now);
    const auto text = until ? "until " + until_text(*until, asked.now) : "always";
    return rule.settings->between ? text + ", " + weekly_window(*rule.settings->between).text() : text;
}

std::string reach_text(const console_question& asked)
{
    const reach mine(asked);
    if (mine.rules().empty()) return "\nNo rule lets you reach any server.\n";
    text_table table({"GROUP", "PORTS", "SERVERS", "RULE", "WHEN"}, "  ");
    for (const auto& rule : mine.rules())
        for (const auto& group : rule.settings->targets)
            table.add({group, ports_text(rule.settings->ports), count_text(asked, group, *rule.settings),
                       rule.settings->name, state_text(asked, mine, rule, group)});
    return "\nYou may reach\n" + table.text();
}

}  // namespace

console_answer overview(const console_question& asked, std::string_view)
{
    console_answer told;
    const auto add = [&told](std::string_view label, std::string_view value) {
        constexpr std::size_t width = 8;
        if (value.empty()) return;
        (told.text += label).append(width - label.size(), ' ');
        told.text += terminal_text(value) + '\n';
    };
    std::string you(asked.user);
    for (const auto& group : asked.rules.people->groups_of(asked.user))
        (you += you.size() == asked.user.size() ? ", of " : ", ") += group;
    add("you", you);
    add("key", asked.key);
    add("CA", asked.ca);
    add("from", plain(asked.source).to_string());
    add("until", asked.ends ? until_text(*asked.ends, asked.now) : "");
    told.text += reach_text(asked) + limits_of_key(asked);
    if (asked.rules.draining) told.text += "\nThis bastion is stopping: it lets nobody new in.\n";
    if (!asked.last_denial.empty()) told.text += "\nLast refusal: " + terminal_text(asked.last_denial) + '\n';
    told.text += "\nThis is a jump host: `ssh -J BASTION NAME` takes you further. Try 'help'.\n";
    return told;
}

}  // namespace gatehouse::bastion
