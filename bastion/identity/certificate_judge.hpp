#pragma once

#include "bastion/identity/certificate.hpp"
#include "bastion/identity/key_rules.hpp"
#include "bastion/identity/permissions.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gatehouse::bastion {

class revocation_list;

// Who shows a certificate, from where and when, and whom it may convince.
struct certificate_question {
    std::vector<std::string> principals;  // one must be in it: the login name, or one of principals=
    boost::asio::ip::address client;
    std::chrono::sys_seconds now;
    const std::vector<public_key>& authorities;  // CA keys that are trusted
    const revocation_list* revoked = nullptr;    // null: there is none
    key_rules rules;
};

// Proof that a certificate is good for the question it was judged for: only judge_certificate() makes one.
// That the client holds the key is not proven by it.
class certified {
public:
    const public_key& key() const noexcept { return key_; }
    const std::string& key_id() const noexcept { return key_id_; }  // the CA's words: any bytes but NUL
    std::uint64_t serial() const noexcept { return serial_; }
    const std::string& authority_fingerprint() const noexcept { return authority_fingerprint_; }
    // Empty: for ever.
    std::optional<std::chrono::sys_seconds> valid_before() const noexcept { return valid_before_; }
    const permissions& allowed() const noexcept { return allowed_; }

private:
    friend std::variant<login_refusal, certified> judge_certificate(const certificate&,
                                                                    const certificate_question&);
    certified(const certificate& from, permissions allowed);

    public_key key_;
    std::string key_id_, authority_fingerprint_;
    std::uint64_t serial_;
    std::optional<std::chrono::sys_seconds> valid_before_;
    permissions allowed_;
};

// Refuses unless everything is in order. An unknown CA costs no signature check. As sshd with
// TrustedUserCAKeys, but for these: a certificate without principals is nobody's, and one for a security key
// is not taken. Of the critical options source-address is kept and force-command takes the bastion's own
// commands away; of the extensions only permit-port-forwarding means something here.
std::variant<login_refusal, certified> judge_certificate(const certificate& shown,
                                                         const certificate_question& asked);

}  // namespace gatehouse::bastion
