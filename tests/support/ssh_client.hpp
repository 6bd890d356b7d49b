#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::test {

// The smallest SSH client, so that a fuzzer's bytes reach what lies behind the key exchange: curve25519 and, in its own
// direction, AES-256-GCM. It trusts any host key and cannot read what is encrypted for it. Does not wait: between two
// steps the server must have had its turn. Aborts when the server does not do its part.
class ssh_client {
public:
    explicit ssh_client(int socket) : socket_(socket) {}

    // The key exchange, in this order; then send() encrypts.
    void send_version();
    void send_key_share();
    void take_keys();

    void send(std::string_view payload);  // as one packet
    void log_in(std::string_view user, EVP_PKEY* ed25519);
    void send_raw(std::string_view bytes) const;
    bool drain();  // true when there was something

private:
    std::string take_packet();
    std::string derive(char purpose, std::size_t size) const;

    int socket_;
    std::string received_;
    std::string server_version_, server_kexinit_;
    std::string secret_, exchange_hash_;  // the secret as an mpint
    std::string key_, nonce_;             // empty: not encrypted yet
};

}  // namespace gatehouse::test
