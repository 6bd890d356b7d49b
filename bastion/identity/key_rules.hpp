#pragma once

#include "bastion/identity/public_key.hpp"

#include <optional>

namespace gatehouse::bastion {

// Which keys may log in at all. The same rules belong to the probe ("would you take this key?") and to the
// signature that follows: a key that passes only the first leaves its user's client hanging.
struct key_rules {
    bool security_keys = false;      // those of FIDO authenticators
    bool fips = false;               // ECDSA and RSA only
    unsigned least_rsa_bits = 3072;  // as strong as the curves (NIST SP 800-57 part 1)
};

std::optional<login_refusal> check_user_key(const public_key& key, const key_rules& rules) noexcept;

// Of a key that signs certificates. Never one of a security key: its signatures have another form.
std::optional<login_refusal> check_authority_key(const public_key& key, const key_rules& rules) noexcept;

}  // namespace gatehouse::bastion
