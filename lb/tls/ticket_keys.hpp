#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

namespace gatehouse::lb {

// The keys of session tickets: one that encrypts, and the two before it that still decrypt. Shared by all
// workers and listeners of the process; safe from any thread (taken once per handshake, never per request).
// AES-256-CBC with HMAC-SHA256; a ticket of an old key is renewed, and in TLS 1.3 every ticket.
class ticket_keys {
public:
    ticket_keys();  // makes the first key
    ticket_keys(const ticket_keys&) = delete;
    ticket_keys& operator=(const ticket_keys&) = delete;

    void rotate();  // the control thread's duty, every 12 h

    // Makes `context` use these keys, which must outlive it. Throws std::runtime_error when out of memory.
    void attach(SSL_CTX* context);

private:
    struct key;
    std::shared_ptr<const key> newest();
    std::shared_ptr<const key> find(const unsigned char* name, bool& is_newest);  // null: not one of ours
    static int select(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                      int encrypting);

    std::mutex mutex_;
    std::array<std::shared_ptr<const key>, 3> keys_;  // newest first
};

}  // namespace gatehouse::lb
