#include "bastion/identity/login_refusal.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace gatehouse::bastion {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(login_refusal::count_)> texts{
    "malformed_key",
    "unknown_key_type",
    "dss_key",
    "certificate_for_key",
    "invalid_key",
    "short_rsa_key",
    "security_key",
    "key_not_fips",
    "key_not_authorized",
    "key_expired",
    "source_not_allowed",
    "malformed_certificate",
    "unknown_certificate_type",
    "unknown_authority",
    "unfit_authority",
    "authority_is_certificate",
    "unsupported_signature",
    "bad_signature",
    "not_for_users",
    "not_yet_valid",
    "certificate_expired",
    "no_principals",
    "principal_not_listed",
    "unknown_critical_option",
    "bad_critical_option",
    "revoked",
};
static_assert(!texts.back().empty());

}  // namespace

std::string_view to_string(login_refusal reason) noexcept
{
    return texts[static_cast<std::size_t>(reason)];
}

void throw_exception_from_error(login_refusal reason, const boost::source_location&)
{
    throw std::runtime_error(std::string(to_string(reason)));
}

}  // namespace gatehouse::bastion
