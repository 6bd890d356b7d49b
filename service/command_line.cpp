#include "service/command_line.hpp"

#include "service/exit_code.hpp"
#include "service/log.hpp"

#include <array>
#include <iostream>
#include <stdexcept>
#include <string_view>

namespace gatehouse::service {

namespace {

struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct option {
    std::string_view name;
    std::string command_line::*value;
};

constexpr std::array options{
    option{"--config", &command_line::config},
    option{"--ready-file", &command_line::ready_file},
    option{"--log-format", &command_line::log_format},
    option{"--log-level", &command_line::log_level},
};

void print_help(const char* program)
{
    std::cout << "Usage: " << program << " --config FILE [OPTION...]\n\n"
              << "  --config FILE            the configuration to serve, for example "
                 "/etc/gatehouse/gatehouse.yaml\n"
                 "  --ready-file FILE        write the open sockets to FILE as JSON once ready\n"
                 "  --log-format FORMAT      logfmt (default) or json\n"
                 "  --log-level LEVEL        debug, info (default), warning or error\n"
                 "  --version                print the version and exit\n"
                 "  --help                   print this and exit\n\n"
                 "SIGHUP reloads the configuration. SIGTERM or SIGINT drains and exits; a second one exits "
                 "at once.\n";
}

// The option's value: what follows '=', or the next argument.
std::string value_of(std::string_view argument, std::string_view name, int& at, int argc,
                     const char* const* argv)
{
    if (argument.size() > name.size()) return std::string(argument.substr(name.size() + 1));
    if (at + 1 >= argc) throw usage_error(std::string(name) + " needs a value");
    return argv[++at];
}

void read_argument(command_line& into, int& at, int argc, const char* const* argv)
{
    const std::string_view argument = argv[at];
    const auto name = argument.substr(0, argument.find('='));
    for (const auto& each : options) {
        if (each.name != name) continue;
        into.*each.value = value_of(argument, name, at, argc, argv);
        if ((into.*each.value).empty()) throw usage_error(std::string(name) + " must not be empty");
        return;
    }
    const bool option_like = argument.substr(0, 1) == "-";
    throw usage_error((option_like ? "unknown option '" : "unexpected argument '") + std::string(argument) +
                      '\'');
}

void check(const command_line& given)
{
    if (given.config.empty()) throw usage_error("--config is missing");
    if (!log_format(given.log_format)) throw usage_error("--log-format must be logfmt or json");
    if (!log_level(given.log_level)) throw usage_error("--log-level must be debug, info, warning or error");
}

}  // namespace

command_line_result parse_command_line(int argc, const char* const* argv, const char* program)
{
    command_line parsed;
    try {
        for (int at = 1; at < argc; ++at) {
            const std::string_view argument = argv[at];
            if (argument == "--help" || argument == "-h") {
                print_help(program);
                return {std::nullopt, exit_code::ok};
            }
            if (argument == "--version") {
                std::cout << program << ' ' << GATEHOUSE_VERSION << '\n';
                return {std::nullopt, exit_code::ok};
            }
            read_argument(parsed, at, argc, argv);
        }
        check(parsed);
    } catch (const usage_error& wrong) {
        std::cerr << program << ": " << wrong.what() << "\nTry '" << program << " --help'.\n";
        return {std::nullopt, exit_code::usage};
    }
    return {std::move(parsed), exit_code::ok};
}

}  // namespace gatehouse::service
