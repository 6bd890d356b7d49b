#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::bastion {

enum class key_type : std::uint8_t {
    ed25519,
    ecdsa_p256,
    ecdsa_p384,
    ecdsa_p521,
    rsa,
    sk_ed25519,  // on a FIDO security key, as the next one
    sk_ecdsa_p256,
    count_
};

// As key files and the protocol name it: "ssh-ed25519".
std::string_view to_string(key_type type) noexcept;
std::optional<key_type> parse_key_type(std::string_view name) noexcept;

// The same of certificates for such a key: "ssh-ed25519-cert-v01@openssh.com".
std::optional<key_type> parse_certificate_type(std::string_view name) noexcept;
bool names_certificate(std::string_view name) noexcept;  // of any type, also of one that is unknown here

bool is_security_key(key_type type) noexcept;

// The curve of an ECDSA key; others have none.
struct curve {
    std::string_view name;    // in SSH: "nistp256"
    const char* openssl;      // "P-256"
    std::size_t field_bytes;  // of one coordinate
};
const curve* curve_of(key_type type) noexcept;

}  // namespace gatehouse::bastion
