#include "lb/tls/channel.hpp"

#include "lb/tls/memory_bio.hpp"
#include "lb/tls/openssl.hpp"

#include <boost/assert.hpp>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <new>
#include <stdexcept>
#include <utility>

namespace gatehouse::lb {
namespace {

// Key updates, tickets and refused renegotiations cost us a key schedule or an answer each and the peer next
// to nothing, and OpenSSL does not count them. More than this many without application data between are an
// attack.
constexpr unsigned max_messages_without_data = 32;

void name_peer(SSL* ssl, const std::string& name)
{
    auto* verification = SSL_get0_param(ssl);
    if (name.empty()) {
        // Verification without a name would accept any certificate of any of the CA's customers.
        if (SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE)
            throw std::invalid_argument("a verified TLS connection needs the name to verify");
        return;
    }
    if (X509_VERIFY_PARAM_set1_ip_asc(verification, name.c_str()) == 1) return;  // no SNI: RFC 6066, section 3
    X509_VERIFY_PARAM_set_hostflags(verification, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_host(verification, name.data(), name.size()) != 1 ||
        SSL_set_tlsext_host_name(ssl, name.c_str()) != 1)
        throw std::invalid_argument("not a name TLS can verify: " + name);
}

}  // namespace

struct tls_channel::link : memory_wire {
    std::string error;
    unsigned messages_without_data = 0;
    bool established = false;

    // Points the wire at the caller's string for the length of one call. The error queue is this thread's,
    // and SSL_get_error misreads what others left there.
    class call {
    public:
        call(link& at, std::string& to_send) noexcept : link_(at)
        {
            link_.output = &to_send;
            if (ERR_peek_error() != 0) ERR_clear_error();
        }
        call(const call&) = delete;
        call& operator=(const call&) = delete;
        ~call() { link_.output = nullptr; }

    private:
        link& link_;
    };

    result failed(const SSL* ssl)
    {
        if (error.empty()) {
            error = messages_without_data > max_messages_without_data
                        ? "too many handshake messages without data"
                        : take_openssl_error();
            const auto verified = SSL_get_verify_result(ssl);  // recorded even where it is not asked for
            if (SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE && verified != X509_V_OK)
                error.append(": ").append(X509_verify_cert_error_string(verified));
        }
        broken = true;
        drop();
        return {status::failed, 0};
    }

    // What an OpenSSL call that did not succeed means.
    result stopped(const SSL* ssl, int code)
    {
        switch (SSL_get_error(ssl, code)) {
        case SSL_ERROR_WANT_READ:
            return {status::want_input, 0};
        case SSL_ERROR_ZERO_RETURN:
            drop();
            return {status::closed, 0};
        default:
            return failed(ssl);
        }
    }

    // OpenSSL reports each message here. A refused renegotiation shows as the warning sent in answer.
    static void observe(int sent, int, int type, const void*, std::size_t, SSL*, void* argument)
    {
        auto& at = *static_cast<link*>(argument);
        if (!at.established || type != (sent ? SSL3_RT_ALERT : SSL3_RT_HANDSHAKE)) return;
        if (++at.messages_without_data > max_messages_without_data) at.broken = true;
    }
};

tls_channel::tls_channel(SSL_CTX* context, role side, const std::string& server_name)
    : link_(std::make_unique<link>()), ssl_(SSL_new(context))
{
    if (!ssl_) throw std::bad_alloc();
    auto* bio = make_memory_bio(*link_);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_msg_callback(ssl_.get(), &link::observe);
    SSL_set_msg_callback_arg(ssl_.get(), link_.get());
    if (side == role::server) {
        SSL_set_accept_state(ssl_.get());
    } else {
        SSL_set_connect_state(ssl_.get());
        name_peer(ssl_.get(), server_name);
    }
}

tls_channel::tls_channel(tls_channel&&) noexcept = default;

tls_channel& tls_channel::operator=(tls_channel&& other) noexcept
{
    std::swap(ssl_, other.ssl_);  // member-wise moves would free our link under our SSL
    std::swap(link_, other.link_);
    return *this;
}

tls_channel::~tls_channel() = default;

void tls_channel::feed(std::string_view ciphertext) noexcept
{
    BOOST_ASSERT_MSG(link_->fed.empty(), "fed over unread input: keep_input() first");
    if (!link_->broken) link_->fed = ciphertext;
}

void tls_channel::keep_input()
{
    link_->keep();
}

// Not SSL_has_pending(): it counts the head of a record whose rest has not arrived.
bool tls_channel::has_input() const noexcept
{
    return link_->has_input() || SSL_pending(ssl_.get()) > 0;
}

bool tls_channel::ended() const noexcept
{
    return link_->broken || (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

tls_channel::result tls_channel::handshake(std::string& to_send)
{
    if (link_->established) return {};
    if (link_->broken) return {status::failed, 0};
    const link::call here(*link_, to_send);
    const int code = SSL_do_handshake(ssl_.get());
    if (code != 1) return link_->stopped(ssl_.get(), code);
    link_->established = true;
    return {};
}

bool tls_channel::established() const noexcept
{
    return link_->established;
}

tls_channel::result tls_channel::read(char* plaintext, std::size_t size, std::string& to_send)
{
    if (link_->broken) return {status::failed, 0};
    BOOST_ASSERT_MSG(link_->established, "read before the handshake is finished");
    const link::call here(*link_, to_send);
    result got;
    while (got.bytes < size) {
        std::size_t count = 0;
        const int code = SSL_read_ex(ssl_.get(), plaintext + got.bytes, size - got.bytes, &count);
        if (code != 1) {
            const auto stop = link_->stopped(ssl_.get(), code);
            if (got.bytes == 0) return stop;
            break;  // the data first: closed and failed are sticky, the next call reports them
        }
        got.bytes += count;
        link_->messages_without_data = 0;
    }
    return got;
}

tls_channel::result tls_channel::write(std::string_view plaintext, std::string& to_send)
{
    if (link_->broken) return {status::failed, 0};
    BOOST_ASSERT_MSG(link_->established, "write before the handshake is finished");
    if (plaintext.empty()) return {};
    const link::call here(*link_, to_send);
    std::size_t written = 0;
    if (SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &written) != 1)
        return link_->failed(ssl_.get());
    return {status::ok, written};
}

void tls_channel::close_notify(std::string& to_send)
{
    if (!link_->established || link_->broken) return;
    const link::call here(*link_, to_send);
    if (SSL_shutdown(ssl_.get()) < 0) ERR_clear_error();
}

std::string_view tls_channel::version() const noexcept
{
    return SSL_get_version(ssl_.get());
}

std::string_view tls_channel::cipher() const noexcept
{
    const auto* used = SSL_get_current_cipher(ssl_.get());
    return used ? SSL_CIPHER_get_name(used) : "";
}

std::string_view tls_channel::server_name() const noexcept
{
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name ? name : "";
}

bool tls_channel::resumed() const noexcept
{
    return SSL_session_reused(ssl_.get()) == 1;
}

const std::string& tls_channel::error() const noexcept
{
    return link_->error;
}

}  // namespace gatehouse::lb
