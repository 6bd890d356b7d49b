#include "bastion/console/notices.hpp"

#include "bastion/console/own_rules.hpp"
#include "bastion/console/terminal_text.hpp"
#include "bastion/console/time_left.hpp"

#include <map>
#include <set>
#include <utility>

namespace gatehouse::bastion {
namespace {

using namespace std::chrono_literals;

constexpr auto key_ends_soon = 24h;
constexpr auto access_ends_soon = 15min;
constexpr std::size_t most_names = 5;

// By the moment and the rule that ends then.
using endings = std::map<std::pair<std::chrono::sys_seconds, std::string>, std::set<std::string>>;

// The rule that ends soon and leaves no other to allow it.
std::optional<endings::key_type> ending_of(const arrival& who, const asker& user, const std::string& group,
                                           std::uint16_t port)
{
    const resolution someone{name_form::id, {anyone_of(group)}};
    auto made = who.rules.policy->decide(user, someone, port, who.now);
    std::optional<endings::key_type> last;
    while (const auto* yes = std::get_if<grant>(&made)) {
        const auto until = yes->until();
        if (!until || *until > who.now + access_ends_soon || (last && *until <= last->first)) return std::nullopt;
        last.emplace(*until, yes->rule());
        made = who.rules.policy->decide(user, someone, port, *until);
    }
    return last;
}

endings endings_for(const arrival& who)
{
    const asker user{who.user, who.rules.people->groups_of(who.user), who.source};
    std::set<std::pair<std::string, std::uint16_t>> doors;
    for (const auto& rule : own_rules(user, *who.rules.settings))
        for (const auto& group : rule.settings->targets)
            for (const auto port : rule.settings->ports) doors.emplace(group, port);
    endings soon;
    for (const auto& [group, port] : doors)
        if (const auto end = ending_of(who, user, group, port)) soon[*end].insert(group);
    return soon;
}

std::string listed(const std::set<std::string>& names)
{
    std::string text;
    std::size_t told = 0;
    for (const auto& one : names) {
        if (told == most_names) return text + " and " + std::to_string(names.size() - told) + " more";
        (text += told++ == 0 ? "" : ", ") += one;
    }
    return text;
}

}  // namespace

std::string notices(const arrival& who)
{
    std::string text;
    const auto add = [&text](const std::string& sentence) {
        text += "gatehouse: " + terminal_text(sentence) + "\r\n";
    };
    if (who.rules.draining) add("this bastion is stopping: open sessions may go on for a while, new ones go elsewhere");
    if (who.ends && *who.ends <= who.now + key_ends_soon)
        add("your " + std::string(who.ca.empty() ? "key" : "certificate") + " ends at " +
            until_text(*who.ends, who.now));
    std::size_t told = 0;
    for (const auto& [end, groups] : endings_for(who)) {
        if (told++ == most_names) break;
        add("access to " + listed(groups) + " by rule " + end.second + " ends at " + until_text(end.first, who.now));
    }
    if (!who.last_denial.empty())
        add("last refusal: " + std::string(who.last_denial) + "; `ssh BASTION why NAME` tells more");
    return text;
}

}  // namespace gatehouse::bastion
