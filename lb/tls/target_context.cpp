#include "lb/tls/openssl.hpp"
#include "lb/tls/server_context.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <stdexcept>

namespace gatehouse::lb {
namespace {

constexpr std::array<unsigned char, 9> alpn_http11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

void trust(SSL_CTX* context, const std::string& ca)
{
    ERR_clear_error();
    if (ca.empty()) {
        if (SSL_CTX_set_default_verify_paths(context) != 1)
            throw std::runtime_error("cannot read the system's certificate store: " + take_openssl_error());
        return;
    }
    if (SSL_CTX_load_verify_file(context, ca.c_str()) != 1)
        throw std::runtime_error(ca + ": no certificate authority in PEM form (" + take_openssl_error() +
                                 ')');
    // The file is the operator's word on whom to trust, even when it names an intermediate or a leaf.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

}  // namespace

ssl_ctx_ptr make_target_context(const conf::target_tls& settings)
{
    auto context = make_context(TLS_client_method());
    if (SSL_CTX_set_alpn_protos(context.get(), alpn_http11.data(), alpn_http11.size()) != 0)
        throw std::bad_alloc();
    if (settings.verify) {
        trust(context.get(), settings.ca);
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    }
    return context;
}

}  // namespace gatehouse::lb
