#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string_view>

namespace gatehouse::bastion {

// Why a key or certificate is nobody's proof here. The text is the `reason` label of a metric; the numbers
// index counters.
enum class login_refusal : std::uint8_t {
    // the key
    malformed_key,
    unknown_key_type,
    dss_key,              // never accepted
    certificate_for_key,  // a certificate where a key belongs
    invalid_key,          // numbers that no key has: a point off its curve, an even modulus
    short_rsa_key,
    security_key,  // switched off
    key_not_fips,
    // the user's list
    key_not_authorized,
    key_expired,         // expiry-time=
    source_not_allowed,  // from=, or a certificate's source-address
    // the certificate
    malformed_certificate,
    unknown_certificate_type,
    unknown_authority,
    unfit_authority,  // trusted, but of a kind that may not sign
    authority_is_certificate,
    unsupported_signature,  // by ssh-rsa (SHA-1), or an unknown kind
    bad_signature,
    not_for_users,
    not_yet_valid,
    certificate_expired,
    no_principals,
    principal_not_listed,
    unknown_critical_option,
    bad_critical_option,
    // either
    revoked,
    count_  // number of values
};

std::string_view to_string(login_refusal reason) noexcept;

// What checked<T>::value() calls where there is none: throws std::runtime_error.
[[noreturn]] void throw_exception_from_error(login_refusal reason, const boost::source_location& where);

template <class T> using checked = boost::system::result<T, login_refusal>;

}  // namespace gatehouse::bastion
