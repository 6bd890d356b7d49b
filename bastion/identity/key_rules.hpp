#pragma once

#include "bastion/identity/public_key.hpp"

#include <optional>
#include <string_view>

namespace gatehouse::bastion {

// Which keys may log in at all. The same rules belong to the probe ("would you take this key?") and to the
// signature that follows: a key that passes only the first leaves its user's client hanging.
struct key_rules {
    bool security_keys = false;      // those of FIDO authenticators
    bool fips = false;               // ECDSA and RSA only, none of an authenticator
    unsigned least_rsa_bits = 3072;  // as strong as the curves (NIST SP 800-57 part 1)
};

std::optional<login_refusal> check_user_key(const public_key& key, const key_rules& rules) noexcept;

// Of what a client shows, as its encoding: a key, or a certificate by the key inside. What else a certificate
// says is not looked at.
std::optional<login_refusal> check_shown(std::string_view shown, const key_rules& rules);

// Of a key that signs certificates. Never one of a security key: its signatures have another form.
std::optional<login_refusal> check_authority_key(const public_key& key, const key_rules& rules) noexcept;

}  // namespace gatehouse::bastion
