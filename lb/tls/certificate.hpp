#pragma once

#include "conf/listener.hpp"
#include "lb/tls/openssl.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace gatehouse::lb {

struct x509_stack_deleter {
    void operator()(STACK_OF(X509) * chain) const noexcept { sk_X509_pop_free(chain, X509_free); }
};

// A certificate with its chain and private key, as read from two PEM files.
struct certificate {
    x509_ptr leaf;
    std::unique_ptr<STACK_OF(X509), x509_stack_deleter> chain;  // without the leaf, in the file's order
    pkey_ptr key;

    // Lower case, sorted, without repetition: DNS names and IP addresses of the subjectAltName, or the common
    // name when there is no subjectAltName.
    std::vector<std::string> names;
    std::string subject;        // the common name, or else the first DNS name
    std::int64_t not_after = 0;  // unix seconds
};

// Throws std::runtime_error naming the file that cannot be read, or that needs a pass phrase.
certificate read_certificate(const conf::certificate_pair& files);

}  // namespace gatehouse::lb
