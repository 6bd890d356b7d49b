#include "bastion/console/commands.hpp"
#include "bastion/console/reach.hpp"
#include "bastion/console/server_table.hpp"
#include "bastion/console/terminal_text.hpp"
#include "bastion/policy/target_address.hpp"
#include "bastion/utc_text.hpp"

#include <algorithm>
#include <charconv>

namespace gatehouse::bastion {
namespace {

constexpr std::uint16_t ssh_port = 22;

struct wanted {
    std::string_view name;
    std::uint16_t port = ssh_port;
};

bool is_digit(char one)
{
    return one >= '0' && one <= '9';
}

// "web 1" may be a Name tag, or port 1 of web: who is there decides. Nobody when the port is none.
std::optional<wanted> read(std::string_view rest, const reach& mine)
{
    const auto blank = rest.find_last_of(" \t");
    if (blank == std::string_view::npos || !mine.find(rest).residents.empty()) return wanted{rest};
    const auto last = rest.substr(blank + 1);
    if (!std::ranges::all_of(last, is_digit)) return wanted{rest};
    wanted read{rest.substr(0, rest.find_last_not_of(" \t", blank) + 1)};
    const auto parsed = std::from_chars(last.data(), last.data() + last.size(), read.port);
    if (parsed.ec != std::errc() || read.port == 0) return std::nullopt;
    return read;
}

// As the rest of "web.3 is ...".
std::string form_text(const resolution& found)
{
    const auto group = found.residents.front().group();
    switch (found.form) {
    case name_form::id: return "an instance id";
    case name_form::address: return "an address";
    case name_form::any_of_group: return "any server of " + group + ", in service if one is; here one of them";
    case name_form::nth_of_group: return "a server of " + group + " by its number";
    case name_form::name_tag: return "a Name tag";
    case name_form::unknown: break;
    }
    return "unknown";
}

std::string server_text(const resident& one)
{
    auto text = one.who->id;
    if (!one.who->name.empty()) text += ", Name " + one.who->name;
    text += ", " + plain(one.who->address).to_string();
    if (!one.who->zone.empty()) text += ", " + one.who->zone;
    return text + ", " + place_of(one) + ", " + std::string(discovery::to_string(one.who->state));
}

std::string policy_text(const decision& made)
{
    if (const auto* yes = std::get_if<grant>(&made))
        return "allowed by rule " + yes->rule() + (yes->until() ? " until " + utc_text(*yes->until()) : "");
    const auto& no = std::get<refused>(made);
    const auto text = "refused, " + std::string(to_string(no.why));
    if (no.why == denial::forbidden_address) return text + ": the bastion connects there for nobody";
    return no.rule.empty() ? text : text + ": rule " + no.rule + " comes closest";
}

class explanation {
public:
    explanation(const console_question& asked, const reach& mine, const wanted& target)
        : asked_(asked), mine_(mine), target_(target), found_(mine.find(target.name))
    {}

    console_answer tell()
    {
        if (found_.residents.empty()) return unknown();
        const auto made = asked_.rules.policy->decide(mine_.who(), found_, target_.port, asked_.now);
        add("name", std::string(target_.name) + ", " + form_text(found_));
        const auto* const no = std::get_if<refused>(&made);
        if (no && no->why == denial::ambiguous) return ambiguous(no->candidates);
        for (const auto& one : found_.residents) add("server", server_text(one));
        add("port", std::to_string(target_.port));
        add("policy", policy_text(made));
        if (!no || no->why != denial::forbidden_address) add_rules();
        told_.exit_status = no ? 1 : 0;
        add_key();
        return std::move(told_);
    }

private:
    void add(std::string_view label, std::string_view value)
    {
        constexpr std::size_t width = 8;
        (told_.text += label).append(width - label.size(), ' ');
        told_.text += terminal_text(value) + '\n';
    }

    // The same for a name that nobody has and for servers that must not show.
    console_answer unknown() const
    {
        return {"No server that your rules reach is called '" + terminal_text(target_.name) +
                    "'. 'ls' lists those that you may reach now.\n",
                1, {}};
    }

    console_answer ambiguous(const std::vector<resident>& candidates)
    {
        add("policy", "refused, ambiguous: " + std::to_string(candidates.size()) +
                          " servers have this name. Take the id or GROUP.N of one:");
        server_table table;
        for (const auto& one : candidates) table.add(one, mine_.open_ports(one));
        told_.text += table.rows().text();
        told_.exit_status = 1;
        return std::move(told_);
    }

    void add_rules()
    {
        text_table table({"RULE", "VERDICT"}, "        ");
        for (const auto& verdict : asked_.rules.policy->explain(mine_.who(), found_, target_.port, asked_.now))
            if (verdict.why != access_rule::mismatch::person) table.add({verdict.rule, verdict.text});
        told_.text += table.text();
    }

    void add_key()
    {
        const permissions holder{asked_.may_forward, true, {asked_.permitted.begin(), asked_.permitted.end()}};
        if (may_open(holder, target_.name, target_.port)) return;
        told_.text += "key     " + limits_of_key(asked_);
        told_.exit_status = 1;
    }

    const console_question& asked_;
    const reach& mine_;
    wanted target_;
    resolution found_;
    console_answer told_;
};

}  // namespace

console_answer why(const console_question& asked, std::string_view rest)
{
    const reach mine(asked);
    const auto target = read(rest, mine);
    if (!target) return {"usage: why NAME [PORT], with a port from 1 to 65535\n", 2, {}};
    return explanation(asked, mine, *target).tell();
}

}  // namespace gatehouse::bastion
