#pragma once

#include "bastion/identity/authorized_keys.hpp"
#include "bastion/identity/certificate_judge.hpp"
#include "bastion/identity/key_rules.hpp"
#include "bastion/identity/permissions.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gatehouse::bastion {

class revocation_list;

// A user at the door, and what vouches for such a user.
struct login_question {
    std::string login;
    boost::asio::ip::address client;
    std::chrono::sys_seconds now;
    const authorized_keys& listed;               // of this user alone
    const std::vector<public_key>& authorities;  // of every user
    const revocation_list* revoked = nullptr;    // null: there is none
    key_rules rules;
};

// Proof that the holder of a key is the user who was asked for: only judge_login() makes one. That the client
// is the holder shows in its signature, which is for the SSH layer to check.
class proven_login {
public:
    const public_key& key() const noexcept { return key_; }  // the holder's, also of a certificate
    // Empty: a listed key.
    const std::optional<certified>& certificate() const noexcept { return certificate_; }
    const permissions& allowed() const noexcept { return allowed_; }
    // The first second in which it is good no more; empty: for ever.
    std::optional<std::chrono::sys_seconds> ends() const noexcept { return ends_; }

private:
    friend class login_judge;
    explicit proven_login(const authorized_key& line);
    explicit proven_login(certified shown);
    proven_login(certified shown, const authorized_key& line);

    public_key key_;
    std::optional<certified> certificate_;
    permissions allowed_;
    std::optional<std::chrono::sys_seconds> ends_;
};

using login_verdict = std::variant<login_refusal, proven_login>;

// Judges the key or certificate that the client shows, as its encoding. The same at the probe and with the
// signature. In sshd's order: the CAs of every user, then the user's lines, of which the first that fits
// counts; with the same freedom, a certificate that one CA's rules refuse may be good by a line.
login_verdict judge_login(std::string_view shown, const login_question& asked);

}  // namespace gatehouse::bastion
