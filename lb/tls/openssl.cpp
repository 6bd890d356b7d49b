#include "lb/tls/openssl.hpp"

#include <openssl/err.h>

#include <stdexcept>
#include <system_error>

namespace gatehouse::lb {

std::string take_openssl_error()
{
    const auto code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "unknown error";
    if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
    const char* reason = ERR_reason_error_string(code);
    return reason ? reason : "unknown error";
}

ssl_ctx_ptr make_context(const SSL_METHOD* method)
{
    ERR_clear_error();
    ssl_ctx_ptr context(SSL_CTX_new(method));
    if (!context) throw std::runtime_error("cannot make a TLS context: " + take_openssl_error());
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    return context;
}

}  // namespace gatehouse::lb
