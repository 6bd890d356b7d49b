#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::lb {

struct ssl_ctx_deleter {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, ssl_ctx_deleter>;

// One TLS connection as bytes to bytes: no socket, so that it is driven by readiness and by tests alike.
// Ciphertext that arrives is fed as a view (of the worker's scratch), ciphertext to send is appended to a
// string the caller passes (the worker's scratch, sent at once). Between calls the channel owns only what
// OpenSSL keeps (SSL_MODE_RELEASE_BUFFERS: no record buffers while idle) and ciphertext that could not be
// processed yet. Belongs to one worker. The custom BIO_METHOD is made once per process.
class tls_channel {
public:
    enum class role { server, client };
    enum class status {
        ok,          // progress was made, see bytes
        want_input,  // nothing more without more ciphertext
        closed,      // the peer sent close_notify
        failed,      // protocol error: send what was produced (the alert) and close; see error()
    };
    struct result {
        status state = status::ok;
        std::size_t bytes = 0;
    };

    // `context` must outlive the channel's construction only (SSL_new takes a reference). For a client:
    // `server_name` is sent as SNI (empty or IP literal: none) and verified as the context's mode says.
    tls_channel(SSL_CTX* context, role side, const std::string& server_name = {});
    tls_channel(tls_channel&&) noexcept;
    tls_channel& operator=(tls_channel&&) noexcept;
    ~tls_channel();

    // Ciphertext from the peer. The view must stay valid until keep_input() or until read()/handshake()
    // answered want_input (all consumed then).
    void feed(std::string_view ciphertext) noexcept;
    // Copies what is still unread, because the scratch is about to be used for something else.
    void keep_input();
    bool has_input() const noexcept;  // unread ciphertext, or decrypted bytes inside OpenSSL: read() may give more
    // close_notify or an error was seen, maybe in one read with data: read() tells it next, and no readiness will.
    bool ended() const noexcept;

    // ok when the handshake is finished. May be called again after want_input.
    result handshake(std::string& to_send);
    bool established() const noexcept;

    // Decrypts up to `size` bytes. A renegotiation or key update may produce ciphertext.
    result read(char* plaintext, std::size_t size, std::string& to_send);
    // Encrypts all of it (ok) or fails; records are appended to `to_send`.
    result write(std::string_view plaintext, std::string& to_send);
    void close_notify(std::string& to_send);

    // For logs and fields.
    std::string_view version() const noexcept;  // "TLSv1.3"
    std::string_view cipher() const noexcept;
    std::string_view server_name() const noexcept;  // the SNI a client sent, "" if none
    bool resumed() const noexcept;
    const std::string& error() const noexcept;  // OpenSSL's reason after failed, never shown to clients

private:
    struct link;  // what the BIO sees
    struct ssl_deleter {
        void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    };
    std::unique_ptr<link> link_;
    std::unique_ptr<SSL, ssl_deleter> ssl_;
};

}  // namespace gatehouse::lb
