#pragma once

namespace gatehouse::bastion {

enum class algorithm_profile { standard, fips };

// What is offered in the key exchange, best first, as libssh's options take it. Each entry is there because a stock
// client needs it: no Diffie-Hellman groups (group 18 costs 92 ms of a worker per connection), no SHA-1, no
// encrypt-and-MAC, no compression.
struct algorithms {
    const char* key_exchange;
    const char* host_keys;
    const char* ciphers;
    const char* macs;             // for the CTR ciphers alone
    const char* user_signatures;  // what users may sign with
};

const algorithms& offered(algorithm_profile profile) noexcept;

}  // namespace gatehouse::bastion
