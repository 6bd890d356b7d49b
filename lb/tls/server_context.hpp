#pragma once

#include "conf/listener.hpp"
#include "conf/target_group.hpp"
#include "lb/tls/certificate.hpp"
#include "lb/tls/channel.hpp"
#include "lb/tls/ticket_keys.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::lb {

// A certificate that is in use, for gatehouse_lb_certificate_expiry_days-like metrics and logs.
struct certificate_info {
    std::string listener, file;
    std::string subject;         // common name or first DNS name: a bounded label
    std::int64_t not_after = 0;  // unix seconds
};

// The TLS side of one https listener on one worker: an SSL_CTX per set of names, SNI picks (exact names, then
// one-label wildcards, then the first certificate), ECDSA and RSA certificates for the same names side by side
// in one context. Policies: modern = TLS 1.3 only; intermediate = 1.2 and 1.3 with ECDHE AEAD ciphers (Mozilla
// intermediate). Tickets by `keys`, one ticket per TLS 1.3 connection, no session cache, no renegotiation, no compression,
// ALPN "http/1.1", server's curve order X25519, P-256, P-384.
class server_context {
public:
    // `certificates` are those of settings.tls->certificates, in that order. Throws std::runtime_error naming the file
    // when one cannot be used. `keys` is shared by workers and must outlive this.
    server_context(const conf::listener& settings, const std::vector<std::shared_ptr<const certificate>>& certificates,
                   ticket_keys& keys);
    // The same with the certificates read from their files, which may throw as well.
    server_context(const conf::listener& settings, ticket_keys& keys);
    server_context(const server_context&) = delete;
    server_context& operator=(const server_context&) = delete;
    ~server_context();

    SSL_CTX* first() const noexcept;  // what every channel starts with
    const std::vector<certificate_info>& certificates() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

// The SSL_CTX for connections to https targets of one group: verification by settings.tls, TLS 1.2 and up.
ssl_ctx_ptr make_target_context(const conf::target_tls& settings);

}  // namespace gatehouse::lb
