#pragma once

#include "lb/tls/channel.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace gatehouse::lb {

// Owners of OpenSSL's handles: `openssl_ptr<BIO, BIO_free>`.
template <auto Free> struct openssl_deleter {
    template <class T> void operator()(T* handle) const noexcept { Free(handle); }
};
template <class T, auto Free> using openssl_ptr = std::unique_ptr<T, openssl_deleter<Free>>;

using bio_ptr = openssl_ptr<BIO, BIO_free>;
using x509_ptr = openssl_ptr<X509, X509_free>;
using pkey_ptr = openssl_ptr<EVP_PKEY, EVP_PKEY_free>;

// The oldest reason in this thread's error queue, in OpenSSL's words; empties the queue. "unknown error" if
// none.
std::string take_openssl_error();

// What every context of the door has in common, client or server: buffers freed while idle, no session cache,
// no renegotiation (CVE-2011-1473), no compression (CRIME), TLS 1.2 and up. Throws std::runtime_error when
// out of memory.
ssl_ctx_ptr make_context(const SSL_METHOD* method);

}  // namespace gatehouse::lb
