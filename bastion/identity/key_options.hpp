#pragma once

#include "bastion/identity/address_patterns.hpp"
#include "bastion/identity/login_refusal.hpp"
#include "bastion/identity/permissions.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

// The options before a key in authorized_keys, as far as they mean something to a jump host.
struct key_options {
    bool authority = false;  // cert-authority: the key signs for users, and does not log in itself
    std::vector<std::string> principals;  // one of them must be in the certificate; empty: the login name
    std::optional<address_patterns> from;
    std::optional<std::chrono::sys_seconds> expires;  // the last second in which the key is good
    bool touch_required = true;                       // of security keys, as the next one
    bool verify_required = false;  // no line of a security key has it: nothing here sees the PIN's flag
    permissions allowed;
};

// Reads what sshd(8) allows there. Names are case-insensitive; flags take effect in their order, so that
// "restrict,port-forwarding" forwards. The error is a sentence for the operator: an option that is unknown or
// not well-formed refuses the line.
//
// Read and without effect, as there is neither a shell, an environment, an agent, X11, a tunnel nor a
// listener here: environment=, tunnel=, permitlisten=, [no-]agent-forwarding, [no-]X11-forwarding, [no-]pty,
// [no-]user-rc. command= closes the bastion's own commands and, as in sshd, no channel.
boost::system::result<key_options, std::string> parse_key_options(std::string_view text);

// Whether the key is good now and from there: expiry-time= and from=.
std::optional<login_refusal> check_conditions(const key_options& options,
                                              const boost::asio::ip::address& client,
                                              std::chrono::sys_seconds now);

}  // namespace gatehouse::bastion
