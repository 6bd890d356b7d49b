#pragma once

#include "bastion/identity/key_fields.hpp"

#include <openssl/evp.h>

#include <memory>

namespace gatehouse::bastion {

// Owners of OpenSSL's handles: `openssl_ptr<BIGNUM, BN_free>`.
template <auto Free> struct openssl_deleter {
    template <class T> void operator()(T* handle) const noexcept { Free(handle); }
};
template <class T, auto Free> using openssl_ptr = std::unique_ptr<T, openssl_deleter<Free>>;
using evp_key_ptr = openssl_ptr<EVP_PKEY, EVP_PKEY_free>;

// The key as OpenSSL holds it; null for what it refuses: an ECDSA point off its curve. Leaves its error queue
// empty.
evp_key_ptr make_evp_key(key_type type, const key_fields& fields);

}  // namespace gatehouse::bastion
