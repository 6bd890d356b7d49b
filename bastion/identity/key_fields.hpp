#pragma once

#include "bastion/identity/key_type.hpp"
#include "bastion/identity/ssh_reader.hpp"

#include <string_view>

namespace gatehouse::bastion {

// What a key consists of, as views of its encoding. Those that its type lacks are empty.
struct key_fields {
    std::string_view point;              // Ed25519: 32 bytes; ECDSA: uncompressed, 04 x y
    std::string_view exponent, modulus;  // RSA, big endian without a sign byte
    std::string_view application;        // of a security key: "ssh:"
};

// Reads what follows the type's name, in keys and, behind a nonce, in certificates. Sizes are checked, and
// whether the curve is the type's; the reader fails where they are wrong.
key_fields read_key_fields(ssh_reader& from, key_type type) noexcept;

}  // namespace gatehouse::bastion
