#include "discovery/aws/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace gatehouse::discovery::aws {

sha256_digest sha256(std::string_view text)
{
    sha256_digest made;
    if (EVP_Digest(text.data(), text.size(), made.data(), nullptr, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot compute SHA-256");
    return made;
}

sha256_digest hmac_sha256(std::string_view key, std::string_view text)
{
    sha256_digest made;
    std::size_t size = 0;
    if (!EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
                   reinterpret_cast<const unsigned char*>(text.data()), text.size(), made.data(), made.size(),
                   &size) ||
        size != made.size())
        throw std::runtime_error("OpenSSL cannot compute HMAC-SHA-256");
    return made;
}

std::string hex(const sha256_digest& digest)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const auto byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace gatehouse::discovery::aws
