#pragma once

#include "conf/listener.hpp"
#include "lb/tls/channel.hpp"
#include "lb/tls/server_context.hpp"
#include "tests/support/certificates.hpp"

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::test {

// A TLS client made of OpenSSL's own memory BIOs, not of tls_channel: what the server side is tested against.
// Accepts any certificate. Failures are return values, as SSL_* gives them.
class openssl_client {
public:
    using setup = std::function<void(SSL_CTX*)>;
    explicit openssl_client(const std::string& server_name = {}, const setup& change = {});

    SSL* ssl() const noexcept { return ssl_.get(); }

    // Exchanges bytes with `server` until neither has more to say; true when both ends are established.
    bool shake(lb::tls_channel& server);

    void give(std::string_view ciphertext);
    std::string take();  // ciphertext to the server
    std::string read();  // all plaintext that has arrived
    void write(std::string_view plaintext);

    // The session to resume later, with its ticket. Takes what the server sent after the handshake.
    std::shared_ptr<SSL_SESSION> session();
    void resume(const std::shared_ptr<SSL_SESSION>& earlier);

    std::string server_common_name() const;
    int server_key_type() const;  // EVP_PKEY_RSA, EVP_PKEY_EC
    std::string protocol() const;  // what ALPN chose

private:
    std::shared_ptr<SSL_CTX> context_;
    std::shared_ptr<SSL> ssl_;
    BIO* in_ = nullptr;  // the SSL's
    BIO* out_ = nullptr;
};

// An https listener with these certificates.
conf::listener https_listener(const std::vector<minted>& certificates,
                              conf::tls_policy policy = conf::tls_policy::intermediate);

// Two channels, wired to each other.
struct channel_pair {
    channel_pair(SSL_CTX* client_context, SSL_CTX* server_context, const std::string& server_name = {});

    // `fragment`: the most bytes either side is fed at once. True when both are established.
    bool shake(std::size_t fragment = std::string::npos);

    lb::tls_channel client, server;
    lb::tls_channel::result client_result, server_result;  // of the last handshake() of each
};

// Reads all that `ciphertext` holds, feeding at most `fragment` bytes at once. `last` is what the last read
// said; what reading made the channel send goes to `answer`, if there is one.
std::string read_all(lb::tls_channel& from, std::string_view ciphertext, lb::tls_channel::result& last,
                     std::size_t fragment = std::string::npos, std::string* answer = nullptr);

}  // namespace gatehouse::test
