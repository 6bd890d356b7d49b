#pragma once

#include "bastion/identity/public_key.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::bastion {

struct certificate_option {
    std::string name, data;
};

// An OpenSSH certificate as its bytes have it (PROTOCOL.certkeys), of any key type. Nothing here is true
// before judge_certificate() said so: the signature is not checked, and anybody can write such bytes.
struct certificate {
    static checked<certificate> parse(std::string_view blob);

    public_key key;            // whose holder the certificate speaks of
    std::uint64_t serial = 0;  // 0: its CA does not count
    std::uint32_t kind = 0;    // 1 user, 2 host
    std::string key_id;        // the CA's name for it
    std::vector<std::string> principals;
    std::uint64_t valid_after = 0, valid_before = 0;               // seconds since 1970, as a half-open range
    std::vector<certificate_option> critical_options, extensions;  // no name twice in either
    public_key authority;
    std::string signed_bytes, signature;
};

}  // namespace gatehouse::bastion
