#include "bastion/identity/key_rules.hpp"

namespace gatehouse::bastion {

std::optional<login_refusal> check_user_key(const public_key& key, const key_rules& rules) noexcept
{
    if (is_security_key(key.type()) && !rules.security_keys) return login_refusal::security_key;
    if (rules.fips && key.type() != key_type::rsa && !curve_of(key.type()))
        return login_refusal::key_not_fips;
    if (key.type() == key_type::rsa && key.bits() < rules.least_rsa_bits) return login_refusal::short_rsa_key;
    return std::nullopt;
}

std::optional<login_refusal> check_authority_key(const public_key& key, const key_rules& rules) noexcept
{
    auto strict = rules;
    strict.security_keys = false;
    return check_user_key(key, strict);
}

}  // namespace gatehouse::bastion
