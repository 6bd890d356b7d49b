#include "lb/health/probe_tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace gatehouse::lb {

namespace ssl = boost::asio::ssl;

std::shared_ptr<ssl::context> make_probe_context(const conf::target_tls& settings)
{
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    // Every probe is a new connection on purpose: a resumed session would not look at the certificate again.
    SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
    if (!settings.verify) {
        context->set_verify_mode(ssl::verify_none);
        return context;
    }
    context->set_verify_mode(ssl::verify_peer);
    if (settings.ca.empty())
        context->set_default_verify_paths();
    else
        context->load_verify_file(settings.ca);
    // As requests are verified: the file may name an intermediate, or the target's own certificate.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context->native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
    return context;
}

bool expect_peer(SSL* connection, const probe_peer& peer)
{
    auto* expected = SSL_get0_param(connection);
    if (peer.server_name.empty()) return X509_VERIFY_PARAM_set1_ip_asc(expected, peer.address.c_str()) == 1;
    // A wildcard that covers part of a label matches nothing (RFC 9525 6.3).
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(expected, peer.server_name.c_str(), 0) == 1 &&
           SSL_set_tlsext_host_name(connection, peer.server_name.c_str()) == 1;
}

std::string handshake_failure(SSL* connection, const boost::system::error_code& failed)
{
    const auto verdict = SSL_get_verify_result(connection);
    if (SSL_get_verify_mode(connection) != SSL_VERIFY_NONE && verdict != X509_V_OK)
        return std::string("TLS: ") + X509_verify_cert_error_string(verdict);
    return "TLS: " + failed.message();
}

}  // namespace gatehouse::lb
