#include "service/ctl/program.hpp"

#include "service/ctl/address.hpp"
#include "service/ctl/admin_client.hpp"
#include "service/ctl/table.hpp"
#include "service/exit_code.hpp"

#include <exception>
#include <optional>

namespace gatehouse::service::ctl {

namespace {

std::vector<command> commands()
{
    return {check_command(),     status_command(),           targets_command(),
            drain_command(),     undrain_command(),          zone_away_command(),
            zone_back_command(), zone_list_command(),        discover_command(),
            reload_command(),    explain_command(),          explain_target_command(),
            sessions_command(),  sessions_kill_command(),    policy_test_command(),
            penalties_command(), penalties_forgive_command()};
}

void print_help(std::ostream& out)
{
    table list;
    for (const auto& each : commands())
        list.row(
            {"  " + std::string(each.name) + ' ' + std::string(each.operands), std::string(each.summary)});
    out << "Usage: gatehouse COMMAND [OPTION...]\n\n"
        << list.text()
        << "\nEvery command takes --json for machines, and --help. --version prints the version.\n"
           "GATEHOUSE_ADMIN names the admin endpoint of the load balancer, GATEHOUSE_BASTION_ADMIN that\n"
           "of the bastion; GATEHOUSE_ADMIN_TOKEN holds the bearer token.\n"
           "Exit codes: 0 fine, 1 problem found, 2 usage, 69 daemon unreachable, 78 bad configuration.\n";
}

std::vector<option> options_of(const command& meant)
{
    auto all = meant.options;
    all.push_back({"--json", "", "print JSON"});
    all.push_back({"--help", "", "print this"});
    return all;
}

void print_help(std::ostream& out, const command& meant)
{
    table list;
    for (const auto& each : options_of(meant))
        list.row({"  " + std::string(each.name) + ' ' + std::string(each.value), std::string(each.help)});
    out << "Usage: gatehouse " << meant.name << (meant.operands.empty() ? "" : " ") << meant.operands
        << " [OPTION...]\n\n"
        << meant.help << "\n\n"
        << list.text();
}

std::size_t words_in(std::string_view name)
{
    return name.find(' ') == name.npos ? 1 : 2;
}

bool begins_with(const std::vector<std::string>& arguments, std::string_view name)
{
    if (words_in(name) == 1) return !arguments.empty() && arguments[0] == name;
    return arguments.size() > 1 && arguments[0] + ' ' + arguments[1] == name;
}

// Takes the command's one or two words off `arguments`: "sessions kill" before "sessions".
std::optional<command> take_command(std::vector<std::string>& arguments)
{
    std::optional<command> longest;
    for (auto& each : commands())
        if (begins_with(arguments, each.name) && (!longest || words_in(each.name) > words_in(longest->name)))
            longest = std::move(each);
    if (longest)
        arguments.erase(arguments.begin(),
                        arguments.begin() + static_cast<std::ptrdiff_t>(words_in(longest->name)));
    return longest;
}

// "'request METHOD URL' or 'target ID'": what may follow the first word of two; empty when no command has it.
std::string words_after(const std::string& first)
{
    std::vector<std::string> forms;
    for (const auto& each : commands())
        if (each.name.starts_with(first + ' '))
            forms.push_back(std::string(each.name.substr(first.size() + 1)) +
                            (each.operands.empty() ? "" : " ") + std::string(each.operands));
    std::string told;
    for (std::size_t i = 0; i < forms.size(); ++i)
        told += (i == 0 ? "'" : i + 1 < forms.size() ? ", '" : " or '") + forms[i] + '\'';
    return told;
}

int run_command(std::vector<std::string> arguments, terminal screen)
{
    const auto first = arguments.empty() ? std::string() : arguments.front();
    if (first == "--help" || first == "-h" || first == "help") {
        print_help(screen.out);
        return exit_code::ok;
    }
    if (first == "--version") {
        screen.out << "gatehouse " << GATEHOUSE_VERSION << '\n';
        return exit_code::ok;
    }
    if (first.empty()) throw usage_error("a command is missing");
    const auto meant = take_command(arguments);
    if (!meant) {
        const auto known = words_after(first);
        throw usage_error(known.empty() ? "unknown command '" + first + '\'' : first + " takes " + known);
    }
    const invocation asked(arguments, options_of(*meant), meant->operand_count);
    if (!asked.has("--help")) return meant->run(asked, screen);
    print_help(screen.out, *meant);
    return exit_code::ok;
}

}  // namespace

int run(const std::vector<std::string>& arguments, terminal screen)
{
    try {
        return run_command(arguments, screen);
    } catch (const usage_error& wrong) {
        screen.err << "gatehouse: " << wrong.what() << "\nTry 'gatehouse --help'.\n";
        return exit_code::usage;
    } catch (const daemon_unreachable& away) {
        screen.err << "gatehouse: " << away.what() << '\n';
        return exit_code::unreachable;
    } catch (const bad_configuration_file& bad) {
        screen.err << bad.what() << '\n';
        return exit_code::bad_configuration;
    } catch (const std::exception& failed) {
        screen.err << "gatehouse: " << failed.what() << '\n';
        return exit_code::problem;
    }
}

}  // namespace gatehouse::service::ctl
