#include "bastion/identity/signature.hpp"

#include "bastion/identity/evp_key.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>

namespace gatehouse::bastion {
namespace {

using ecdsa_ptr = openssl_ptr<ECDSA_SIG, ECDSA_SIG_free>;
using digest_context_ptr = openssl_ptr<EVP_MD_CTX, EVP_MD_CTX_free>;

const unsigned char* bytes(std::string_view from) noexcept
{
    return reinterpret_cast<const unsigned char*>(from.data());
}

// The digest that goes with the name of a signature by such a key; empty when the name is no such
// signature's.
struct scheme {
    const EVP_MD* digest = nullptr;  // null for Ed25519, which has its own
};
std::optional<scheme> scheme_of(key_type type, std::string_view name)
{
    if (type == key_type::rsa) {
        if (name == "rsa-sha2-256") return scheme{EVP_sha256()};
        if (name == "rsa-sha2-512") return scheme{EVP_sha512()};
        return std::nullopt;
    }
    if (name != to_string(type)) return std::nullopt;
    switch (type) {
    case key_type::ed25519: return scheme{};
    case key_type::ecdsa_p256: return scheme{EVP_sha256()};
    case key_type::ecdsa_p384: return scheme{EVP_sha384()};
    case key_type::ecdsa_p521: return scheme{EVP_sha512()};
    default: return std::nullopt;
    }
}

// SSH has r and s one behind the other (RFC 5656 section 3.1.2), OpenSSL wants DER. Empty when they are not
// two numbers that fit the curve.
std::string ecdsa_der(std::string_view raw, std::size_t field_bytes)
{
    ssh_reader from(raw);
    const auto r = from.positive(), s = from.positive();
    if (!from.finished() || r.size() > field_bytes || s.size() > field_bytes) return {};
    const ecdsa_ptr pair(ECDSA_SIG_new());
    auto* const first = BN_bin2bn(bytes(r), static_cast<int>(r.size()), nullptr);
    auto* const second = BN_bin2bn(bytes(s), static_cast<int>(s.size()), nullptr);
    if (!pair || ECDSA_SIG_set0(pair.get(), first, second) != 1) {
        BN_free(first);
        BN_free(second);
        return {};
    }
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &der);
    std::string made(reinterpret_cast<const char*>(der), size > 0 ? static_cast<std::size_t>(size) : 0);
    OPENSSL_free(der);
    return made;
}

// The signature as OpenSSL takes it; empty when it cannot be one.
std::string for_openssl(const public_key& by, std::string_view raw)
{
    if (const auto* const on = curve_of(by.type())) return ecdsa_der(raw, on->field_bytes);
    if (by.type() != key_type::rsa) return std::string(raw);
    const auto size = (by.bits() + 7) / 8;
    if (raw.empty() || raw.size() > size) return {};
    return std::string(size - raw.size(), '\0').append(raw);  // some signers leave leading zeros out
}

}  // namespace

std::optional<login_refusal> check_signature(const public_key& by, std::string_view data,
                                             std::string_view signature)
{
    ssh_reader from(signature);
    const auto name = from.string(), raw = from.string();
    if (!from.finished()) return login_refusal::bad_signature;
    const auto how = scheme_of(by.type(), name);
    if (!how) return login_refusal::unsupported_signature;
    const auto shown = for_openssl(by, raw);
    const auto key = make_evp_key(by.type(), by.fields());
    const digest_context_ptr context(EVP_MD_CTX_new());
    const bool good =
        !shown.empty() && key && context &&
        EVP_DigestVerifyInit(context.get(), nullptr, how->digest, nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), bytes(shown), shown.size(), bytes(data), data.size()) == 1;
    ERR_clear_error();
    if (!good) return login_refusal::bad_signature;
    return std::nullopt;
}

}  // namespace gatehouse::bastion
