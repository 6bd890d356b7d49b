#include "bastion/identity/public_key.hpp"

#include "bastion/identity/base64.hpp"
#include "bastion/identity/digest.hpp"
#include "bastion/identity/ed25519_point.hpp"
#include "bastion/identity/evp_key.hpp"

#include <bit>

namespace gatehouse::bastion {
namespace {

constexpr unsigned most_rsa_bits = 16384;       // OpenSSH's and OpenSSL's limit
constexpr std::size_t most_exponent_bytes = 8;  // OpenSSL's limit for large moduli

unsigned bit_length(std::string_view big_endian) noexcept
{
    if (big_endian.empty()) return 0;
    const auto top = std::bit_width(static_cast<unsigned char>(big_endian.front()));
    return static_cast<unsigned>((big_endian.size() - 1) * 8) + static_cast<unsigned>(top);
}

bool is_odd(std::string_view big_endian) noexcept
{
    return (big_endian.back() & 1) != 0;
}

bool is_rsa_key(const key_fields& fields)
{
    return bit_length(fields.modulus) <= most_rsa_bits && is_odd(fields.modulus) && is_odd(fields.exponent) &&
           bit_length(fields.exponent) > 1 && fields.exponent.size() <= most_exponent_bytes;
}

bool is_key(key_type type, const key_fields& fields)
{
    if (type == key_type::rsa) return is_rsa_key(fields);
    return curve_of(type) ? make_evp_key(type, fields) != nullptr : is_ed25519_key(fields.point);
}

unsigned bits_of(key_type type, const key_fields& fields) noexcept
{
    switch (type) {
    case key_type::rsa: return bit_length(fields.modulus);
    case key_type::ecdsa_p384: return 384;
    case key_type::ecdsa_p521: return 521;
    default: return 256;
    }
}

}  // namespace

checked<public_key> public_key::parse(std::string_view blob)
{
    ssh_reader from(blob);
    const auto name = from.string();
    if (from.failed()) return login_refusal::malformed_key;
    const auto type = parse_key_type(name);
    if (!type) {
        if (name == "ssh-dss") return login_refusal::dss_key;
        return names_certificate(name) ? login_refusal::certificate_for_key : login_refusal::unknown_key_type;
    }
    const auto fields = read_key_fields(from, *type);
    if (!from.finished()) return login_refusal::malformed_key;
    if (!is_key(*type, fields)) return login_refusal::invalid_key;
    return public_key(*type, bits_of(*type, fields), blob);
}

key_fields public_key::fields() const noexcept
{
    ssh_reader from(blob_);
    from.string();
    return read_key_fields(from, type_);
}

std::string public_key::sha256_fingerprint() const
{
    return "SHA256:" + encode_base64_unpadded(sha256(blob_));
}

}  // namespace gatehouse::bastion
