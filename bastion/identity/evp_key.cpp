#include "bastion/identity/evp_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <string>

namespace gatehouse::bastion {
namespace {

using bignum_ptr = openssl_ptr<BIGNUM, BN_free>;
using builder_ptr = openssl_ptr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using params_ptr = openssl_ptr<OSSL_PARAM, OSSL_PARAM_free>;
using context_ptr = openssl_ptr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

const unsigned char* bytes(std::string_view from) noexcept
{
    return reinterpret_cast<const unsigned char*>(from.data());
}

evp_key_ptr from_data(const char* algorithm, OSSL_PARAM* params)
{
    const context_ptr context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
    EVP_PKEY* made = nullptr;
    if (context && EVP_PKEY_fromdata_init(context.get()) == 1)
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params);
    return evp_key_ptr(made);
}

evp_key_ptr make_ecdsa(const curve& on, std::string_view point)
{
    std::string group(on.openssl), copy(point);  // OSSL_PARAM takes no pointers to const
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy.data(), copy.size()),
        OSSL_PARAM_construct_end(),
    };
    return from_data("EC", const_cast<OSSL_PARAM*>(params));
}

evp_key_ptr make_rsa(const key_fields& fields)
{
    const auto number = [](std::string_view from) {
        return bignum_ptr(BN_bin2bn(bytes(from), static_cast<int>(from.size()), nullptr));
    };
    const auto modulus = number(fields.modulus), exponent = number(fields.exponent);
    const builder_ptr builder(OSSL_PARAM_BLD_new());
    if (!modulus || !exponent || !builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
        return nullptr;
    const params_ptr params(OSSL_PARAM_BLD_to_param(builder.get()));
    return params ? from_data("RSA", params.get()) : nullptr;
}

evp_key_ptr make(key_type type, const key_fields& fields)
{
    if (type == key_type::rsa) return make_rsa(fields);
    if (const auto* const on = curve_of(type)) return make_ecdsa(*on, fields.point);
    return evp_key_ptr(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(fields.point), fields.point.size()));
}

}  // namespace

evp_key_ptr make_evp_key(key_type type, const key_fields& fields)
{
    auto made = make(type, fields);
    ERR_clear_error();
    return made;
}

}  // namespace gatehouse::bastion
