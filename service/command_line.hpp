#pragma once

#include <optional>
#include <string>

namespace gatehouse::service {

// What both daemons take: --config FILE [--ready-file FILE] [--log-format logfmt|json]
// [--log-level debug|info|warning|error] | --version | --help.
struct command_line {
    std::string config;
    std::string ready_file;
    std::string log_format = "logfmt";
    std::string log_level = "info";
};

struct command_line_result {
    std::optional<command_line> value;
    int exit_code = 0;  // when value is empty: 0 after --help and --version, 2 for a usage error
};

// Prints help and version to stdout and a usage error to stderr itself. `--name value` and `--name=value`
// mean the same; a format or level it returns is one that log_format() and log_level() know.
command_line_result parse_command_line(int argc, const char* const* argv, const char* program);

}  // namespace gatehouse::service
