#pragma once

#include "bastion/identity/public_key.hpp"

#include <optional>
#include <string_view>

namespace gatehouse::bastion {

// Whether `signature`, in the encoding of RFC 4253 section 6.6, is that of `data` by a key that is not a
// security key. RSA signs with SHA-256 or SHA-512 only (RFC 8332). Answers unsupported_signature or
// bad_signature.
std::optional<login_refusal> check_signature(const public_key& by, std::string_view data,
                                             std::string_view signature);

}  // namespace gatehouse::bastion
