#pragma once

#include "bastion/identity/login_refusal.hpp"
#include "bastion/ssh/channel.hpp"
#include "bastion/ssh/outcome.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// A key that a user would log in with.
struct key_offer {
    std::string_view user;
    std::string_view blob;       // the public key or certificate as it goes over the wire
    std::string_view algorithm;  // its type: "ssh-ed25519"
    bool signed_by_it = false;   // the signature verified; false = "may I sign with this?"
};

// ssh -J, -W and -L ask for this.
struct direct_tcpip {
    unsigned number = 0;  // of the request within its session, from 1: for the audit log
    std::string host;  // as the client wrote it: a name or a literal, not looked at
    std::uint16_t port = 0;  // the low 16 bits of what the client wrote: libssh keeps no more
    std::string originator;
    std::uint16_t originator_port = 0;
};

// A channel that the client wants to open, until it is answered. Destroyed unanswered, it is refused.
class open_request {
public:
    virtual ~open_request() = default;
    virtual std::unique_ptr<channel> accept() = 0;  // null when the session is gone, or the channel is no good
    virtual void refuse(open_failure why) = 0;
};

// A session channel's shell or command.
struct command_request {
    std::optional<std::string> command;  // empty: a shell
    bool terminal = false;               // the client asked for a terminal, and believes that it has one
};

// What an SSH session tells whoever decides. All calls come from the session's worker, never from inside libssh, and
// may end the session. The handler lives until on_end() returns.
class session_handler {
public:
    // Whether this user may log in with this key; asked once unsigned, mostly, and once signed. True for a signed
    // offer logs the user in. libssh verifies the signature alone: what a certificate says must be checked here.
    virtual bool on_public_key(const key_offer& offer) = 0;
    // A key that the server's rules refuse whoever it is of: the handler was not asked.
    virtual void on_unfit_key(const key_offer&, login_refusal) {}
    // A signature that does not verify, or a login request that nobody can read. `user` is of the offer before, and may
    // be empty.
    virtual void on_bad_signature(const std::string& /* user */) {}
    virtual void on_login() = 0;

    virtual void on_direct_tcpip(direct_tcpip where, std::unique_ptr<open_request> request) = 0;

    // Whether session channels are opened; then each one's command follows.
    virtual bool on_session_channel() { return false; }
    virtual void on_command(command_request, std::unique_ptr<channel>) {}

    virtual void on_refused(refusal) {}

    // Lets the session go on, soon: `step` works for whoever has not logged in yet, up to a key exchange, 0.4 ms.
    virtual void take_turn(std::function<void()> step) { step(); }

    virtual void on_end(end_reason why) = 0;  // once, last

protected:
    ~session_handler() = default;
};

}  // namespace gatehouse::bastion
