#include "bastion/identity/key_rules.hpp"

#include "bastion/identity/certificate.hpp"

namespace gatehouse::bastion {
namespace {

bool fit_for_fips(key_type type) noexcept
{
    return type == key_type::rsa || (curve_of(type) && !is_security_key(type));
}

}  // namespace

std::optional<login_refusal> check_user_key(const public_key& key, const key_rules& rules) noexcept
{
    if (is_security_key(key.type()) && !rules.security_keys) return login_refusal::security_key;
    if (rules.fips && !fit_for_fips(key.type())) return login_refusal::key_not_fips;
    if (key.type() == key_type::rsa && key.bits() < rules.least_rsa_bits) return login_refusal::short_rsa_key;
    return std::nullopt;
}

std::optional<login_refusal> check_shown(std::string_view shown, const key_rules& rules)
{
    const auto key = public_key::parse(shown);
    if (key) return check_user_key(*key, rules);
    if (key.error() != login_refusal::certificate_for_key) return key.error();
    const auto read = certificate::parse(shown);
    if (!read) return read.error();
    return check_user_key(read->key, rules);
}

std::optional<login_refusal> check_authority_key(const public_key& key, const key_rules& rules) noexcept
{
    auto strict = rules;
    strict.security_keys = false;
    return check_user_key(key, strict);
}

}  // namespace gatehouse::bastion
