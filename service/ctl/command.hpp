#pragma once

#include "service/ctl/invocation.hpp"

#include <cstddef>
#include <ostream>
#include <string_view>
#include <vector>

namespace gatehouse::service::ctl {

struct terminal {
    std::ostream& out;
    std::ostream& err;
};

// One sub-command of `gatehouse`. Every one takes --json and --help besides `options`.
struct command {
    std::string_view name;      // "check"; for two words, "explain request"
    std::string_view operands;  // "FILE", as the usage line shows it
    std::string_view summary;   // one line, for the list
    std::string_view help;      // what it does and what its exit code means
    std::size_t operand_count = 0;
    std::vector<option> options;
    // Returns the exit code. Throws what invocation.hpp and admin_client.hpp declare; run() reports it.
    int (*run)(const invocation& asked, terminal screen) = nullptr;
};

command check_command();
command discover_command();
command drain_command();
command explain_command();
command explain_target_command();
command penalties_command();
command penalties_forgive_command();
command policy_test_command();
command reload_command();
command sessions_command();
command sessions_kill_command();
command status_command();
command targets_command();
command undrain_command();
command zone_away_command();
command zone_back_command();
command zone_list_command();

}  // namespace gatehouse::service::ctl
