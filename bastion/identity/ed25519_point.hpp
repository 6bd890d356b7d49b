#pragma once

#include <string_view>

namespace gatehouse::bastion {

// Whether 32 bytes are a point of the curve (RFC 8032 section 5.1.3) that can be somebody's key. False for
// the points of small order: anybody can sign for those. OpenSSL looks at neither when it takes a key.
bool is_ed25519_key(std::string_view bytes);

}  // namespace gatehouse::bastion
