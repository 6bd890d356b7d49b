#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::test {

struct free_key {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using key_handle = std::unique_ptr<EVP_PKEY, free_key>;

key_handle ed25519_key(std::string_view secret);          // of 32 bytes
std::string ed25519_blob(const EVP_PKEY* key);            // its public half, as SSH encodes it
std::string openssh_private_key(const EVP_PKEY* ed25519);  // the text of a file, as ssh-keygen writes it

}  // namespace gatehouse::test
