#include "bastion/identity/key_fields.hpp"

namespace gatehouse::bastion {
namespace {

constexpr std::size_t ed25519_bytes = 32;
constexpr char uncompressed = '\x04';  // the only form that RFC 5656 section 3.1 lets everybody read

std::string_view read_point(ssh_reader& from, key_type type) noexcept
{
    const auto* const on = curve_of(type);
    if (on && from.string() != on->name) from.fail();
    const auto point = from.string();
    const auto size = on ? 1 + 2 * on->field_bytes : ed25519_bytes;
    if (point.size() != size || (on && point.front() != uncompressed)) from.fail();
    return point;
}

}  // namespace

key_fields read_key_fields(ssh_reader& from, key_type type) noexcept
{
    key_fields read;
    if (type == key_type::rsa) {
        read.exponent = from.positive();
        read.modulus = from.positive();
    } else {
        read.point = read_point(from, type);
    }
    if (is_security_key(type)) read.application = from.text();
    return read;
}

}  // namespace gatehouse::bastion
