#pragma once

#include "bastion/identity/permissions.hpp"
#include "bastion/rulebook.hpp"
#include "bastion/session/session_book.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Who types, and what may be told.
struct console_question {
    std::string_view command;  // "why i-0abc"; empty: `ssh bastion` without a command
    const rulebook& rules;
    const session_book& sessions;
    std::string_view user;
    boost::asio::ip::address source;
    std::string_view session;      // own id
    std::string_view key, ca;      // fingerprints; ca is empty without a certificate
    std::optional<std::chrono::sys_seconds> ends;  // of the key or certificate
    bool may_forward = true;       // the key or certificate allows channels
    std::string_view last_denial;  // a sentence; empty = none lately
    boost::asio::ip::tcp::endpoint reached;  // the bastion's address as the client reached it
    std::chrono::sys_seconds now;
    std::span<const permitted_target> permitted;  // by permitopen= of the key; empty = any
};

struct console_answer {
    std::string text;         // lines that end in "\n", safe for a terminal whatever names are in the inventory
    int exit_status = 0;      // 0 fine, 1 refused or not found, 2 usage, 127 no such command
    std::string end_session;  // to be ended, as an admin asked; empty = none
};

// Answers `ssh bastion COMMAND`: nothing, `whoami`, `ls [NAME]`, `why NAME [PORT]`, `sessions`, `kill ID`, `config`,
// `help`. Pure.
console_answer answer(const console_question& asked);

}  // namespace gatehouse::bastion
