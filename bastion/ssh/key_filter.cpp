#include "bastion/ssh/key_filter.hpp"

#include <bit>
#include <cstddef>
#include <optional>

namespace gatehouse::bastion {

namespace {

// The length-prefixed string at the front (RFC 4251, 5), taken off.
std::optional<std::string_view> take_string(std::string_view& from) noexcept
{
    if (from.size() < 4) return std::nullopt;
    std::size_t size = 0;
    for (const char byte : from.substr(0, 4)) size = size << 8 | static_cast<unsigned char>(byte);
    if (from.size() - 4 < size) return std::nullopt;
    const auto taken = from.substr(4, size);
    from.remove_prefix(4 + size);
    return taken;
}

std::size_t bits(std::string_view number) noexcept
{
    while (!number.empty() && number.front() == '\0') number.remove_prefix(1);
    if (number.empty()) return 0;
    return number.size() * 8 - static_cast<std::size_t>(std::countl_zero(static_cast<unsigned char>(number.front())));
}

// The modulus behind the exponent; a certificate has a nonce before both.
std::size_t modulus_bits(std::string_view rest, bool certificate) noexcept
{
    if (certificate && !take_string(rest)) return 0;
    if (!take_string(rest)) return 0;
    const auto modulus = take_string(rest);
    return modulus ? bits(*modulus) : 0;
}

}  // namespace

bool key_filter::passes(std::string_view blob) const noexcept
{
    const auto type = take_string(blob);
    if (!type) return false;
    std::string_view plain = *type;
    constexpr std::string_view suffix = "-cert-v01@openssh.com";
    const bool certificate = plain.ends_with(suffix);
    if (certificate) plain.remove_suffix(suffix.size());
    if (plain == "ssh-ed25519") return !fips;
    if (plain == "ssh-rsa") return modulus_bits(blob, certificate) >= rsa_min_bits;
    if (plain == "ecdsa-sha2-nistp256" || plain == "ecdsa-sha2-nistp384" || plain == "ecdsa-sha2-nistp521")
        return true;
    // Only the certificates' names lose "@openssh.com" with their suffix.
    if (plain == (certificate ? "sk-ssh-ed25519" : "sk-ssh-ed25519@openssh.com")) return security_keys && !fips;
    if (plain == (certificate ? "sk-ecdsa-sha2-nistp256" : "sk-ecdsa-sha2-nistp256@openssh.com"))
        return security_keys && !fips;
    return false;
}

}  // namespace gatehouse::bastion
