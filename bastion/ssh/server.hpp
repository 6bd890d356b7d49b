#pragma once

#include "bastion/identity/key_rules.hpp"
#include "bastion/ssh/buffer_budget.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::bastion {

struct server_settings {
    // Private key files: Ed25519 (not with `fips`), ECDSA, RSA from 2048 bits on; at least one, at most one of each.
    std::vector<std::string> host_keys;
    key_rules user_keys;  // `fips` holds for the key exchange, too
    std::uint64_t rekey_bytes = 1ULL << 30;
    std::chrono::seconds rekey_after = std::chrono::hours(1);
    std::chrono::milliseconds login_grace = std::chrono::seconds(30);
    unsigned max_auth_tries = 6;  // refused keys and bad signatures; at least 1
    unsigned channels = 32;       // open, being opened or not yet closed by the client
    std::shared_ptr<buffer_budget> buffers = std::make_shared<buffer_budget>();  // shared with whoever else has it
};

// Throws std::runtime_error when this process does not run with libssh 0.10, from 0.10.6 on. Before any thread.
void require_libssh();

// What new sessions begin with: host keys, algorithms, limits, and memory that sessions of one worker share for the
// length of one call. One per worker and not shared between them. A reload makes a new one; sessions keep theirs.
class server {
public:
    // Throws std::runtime_error naming the host key that cannot be used, and why.
    explicit server(const server_settings& settings);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    struct parts;
    parts& inside() noexcept { return *parts_; }

private:
    std::unique_ptr<parts> parts_;
};

}  // namespace gatehouse::bastion
