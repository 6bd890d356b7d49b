#pragma once

#include <array>
#include <string>
#include <string_view>

namespace gatehouse::discovery::aws {

using sha256_digest = std::array<unsigned char, 32>;

// Both throw std::runtime_error where OpenSSL cannot compute it, which takes a broken installation.
sha256_digest sha256(std::string_view text);
sha256_digest hmac_sha256(std::string_view key, std::string_view text);

std::string hex(const sha256_digest& digest);  // lower case

}  // namespace gatehouse::discovery::aws
