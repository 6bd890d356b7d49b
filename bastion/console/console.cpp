#include "bastion/console/console.hpp"

#include "bastion/console/commands.hpp"
#include "bastion/console/terminal_text.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::bastion {
namespace {

enum class arguments { none, some, needed };

struct command {
    std::string_view name;
    arguments takes;
    console_answer (*run)(const console_question&, std::string_view);
    std::string_view usage, does;
};

console_answer help(const console_question& asked, std::string_view rest);

constexpr std::array commands{
    command{"", arguments::none, overview, "", "who you are and what you may reach"},
    command{"whoami", arguments::none, whoami, "whoami", "who you are, as lines of `key: value`"},
    command{"ls", arguments::some, ls, "ls [NAME]", "servers you may reach now, or those that NAME may mean"},
    command{"why", arguments::needed, why, "why NAME [PORT]", "whether you may reach NAME, and by which rule"},
    command{"sessions", arguments::none, sessions, "sessions", "your sessions, or everybody's for admins"},
    command{"kill", arguments::needed, kill_session, "kill ID", "end a session"},
    command{"config", arguments::none, config, "config", "lines for ~/.ssh/config"},
    command{"help", arguments::none, help, "help", "this"},
};

constexpr std::string_view names_of_servers =
    "\nssh -J BASTION NAME takes you to a server. NAME is one of\n"
    "  i-0abc        an instance id\n"
    "  10.0.0.1      an address\n"
    "  any.GROUP     some server of a group\n"
    "  GROUP.N       the Nth of a group, by id\n"
    "  web-1         a Name tag that only one server you may reach has\n";

console_answer help(const console_question&, std::string_view)
{
    console_answer told{"This is a jump host. It knows these commands, as in `ssh BASTION ls`:\n", 0, {}};
    constexpr std::size_t width = 18;
    for (const auto& one : commands) {
        const auto usage = one.name.empty() ? std::string_view("(nothing)") : one.usage;
        told.text += "  ";
        (told.text += usage).append(width - usage.size(), ' ');
        (told.text += one.does) += '\n';
    }
    told.text += names_of_servers;
    return told;
}

bool is_blank(char one)
{
    return one == ' ' || one == '\t' || one == '\r' || one == '\n';
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

console_answer usage(const command& of)
{
    return {"usage: " + std::string(of.usage) + "\n", 2, {}};
}

}  // namespace

console_answer answer(const console_question& asked)
{
    const auto line = trimmed(asked.command);
    const auto name = line.substr(0, static_cast<std::size_t>(std::ranges::find_if(line, is_blank) - line.begin()));
    const auto rest = trimmed(line.substr(name.size()));
    const auto* const found = std::ranges::find(commands, name, &command::name);
    if (found == commands.end())
        return {"This is a jump host: there is no shell, and '" + terminal_text(name) +
                    "' does not run here. Try 'help'.\n",
                127, {}};
    if (found->takes == arguments::none && !rest.empty()) return usage(*found);
    if (found->takes == arguments::needed && rest.empty()) return usage(*found);
    return found->run(asked, rest);
}

}  // namespace gatehouse::bastion
