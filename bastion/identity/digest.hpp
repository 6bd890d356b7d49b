#pragma once

#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Raw digests. Both throw std::runtime_error where OpenSSL cannot compute them, which takes a broken
// installation.
std::string sha1(std::string_view bytes);  // only to find what a revocation list names by it
std::string sha256(std::string_view bytes);

}  // namespace gatehouse::bastion
