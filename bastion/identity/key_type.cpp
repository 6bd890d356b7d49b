#include "bastion/identity/key_type.hpp"

#include <array>

namespace gatehouse::bastion {
namespace {

constexpr std::size_t count = static_cast<std::size_t>(key_type::count_);

struct row {
    std::string_view key, certificate;
};
constexpr std::array<row, count> rows{{
    {"ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com"},
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com"},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com"},
    {"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com"},
    {"ssh-rsa", "ssh-rsa-cert-v01@openssh.com"},
    {"sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com"},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com"},
}};

constexpr std::array<curve, 3> curves{
    {{"nistp256", "P-256", 32}, {"nistp384", "P-384", 48}, {"nistp521", "P-521", 66}}};

std::optional<key_type> find(std::string_view name, std::string_view row::*column) noexcept
{
    for (std::size_t i = 0; i < count; ++i)
        if (rows[i].*column == name) return static_cast<key_type>(i);
    return std::nullopt;
}

}  // namespace

std::string_view to_string(key_type type) noexcept
{
    return rows[static_cast<std::size_t>(type)].key;
}
std::optional<key_type> parse_key_type(std::string_view name) noexcept
{
    return find(name, &row::key);
}
std::optional<key_type> parse_certificate_type(std::string_view name) noexcept
{
    return find(name, &row::certificate);
}

bool names_certificate(std::string_view name) noexcept
{
    return name.ends_with("-cert-v01@openssh.com") || name.ends_with("-cert-v00@openssh.com");
}

bool is_security_key(key_type type) noexcept
{
    return type == key_type::sk_ed25519 || type == key_type::sk_ecdsa_p256;
}

const curve* curve_of(key_type type) noexcept
{
    switch (type) {
    case key_type::ecdsa_p256:
    case key_type::sk_ecdsa_p256: return &curves[0];
    case key_type::ecdsa_p384: return &curves[1];
    case key_type::ecdsa_p521: return &curves[2];
    default: return nullptr;
    }
}

}  // namespace gatehouse::bastion
