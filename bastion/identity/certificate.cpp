#include "bastion/identity/certificate.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::bastion {
namespace {

constexpr std::size_t largest_certificate = 64 * 1024;
constexpr std::size_t most_principals = 256;  // as OpenSSH
constexpr std::size_t most_options = 256;     // OpenSSH knows ten: strangers pay with our time for each pair of names

std::vector<std::string> read_principals(ssh_reader& from)
{
    std::vector<std::string> read;
    ssh_reader list(from.string());
    while (list.more() && read.size() < most_principals) read.emplace_back(list.text());
    if (!list.finished()) from.fail();
    return read;
}

// The format asks for an order by name as well. OpenSSH does not look at it, and not every CA's program keeps
// it.
std::vector<certificate_option> read_options(ssh_reader& from)
{
    std::vector<certificate_option> read;
    ssh_reader list(from.string());
    while (list.more() && read.size() < most_options) {
        const auto name = list.text(), data = list.string();
        if (std::ranges::find(read, name, &certificate_option::name) != read.end()) list.fail();
        read.push_back({std::string(name), std::string(data)});
    }
    if (!list.finished()) from.fail();
    return read;
}

// The certified key, by itself as it would be without the certificate.
checked<public_key> read_key(ssh_reader& from, key_type type)
{
    const auto before = from.rest();
    read_key_fields(from, type);
    if (from.failed()) return login_refusal::malformed_certificate;
    std::string blob;
    append_ssh_string(blob, to_string(type));
    blob += before.substr(0, before.size() - from.rest().size());
    return public_key::parse(blob);
}

checked<public_key> read_authority(ssh_reader& from)
{
    const auto blob = from.string();
    if (from.failed()) return login_refusal::malformed_certificate;
    auto key = public_key::parse(blob);
    if (key) return key;
    switch (key.error()) {
    case login_refusal::certificate_for_key: return login_refusal::authority_is_certificate;
    case login_refusal::malformed_key:
    case login_refusal::invalid_key: return login_refusal::malformed_certificate;
    default: return login_refusal::unfit_authority;
    }
}

}  // namespace

checked<certificate> certificate::parse(std::string_view blob)
{
    if (blob.size() > largest_certificate) return login_refusal::malformed_certificate;
    ssh_reader from(blob);
    const auto name = from.string();
    if (from.failed()) return login_refusal::malformed_certificate;
    const auto type = parse_certificate_type(name);
    if (!type) return login_refusal::unknown_certificate_type;
    from.string();  // a nonce, against collisions of the signature's hash
    auto key = read_key(from, *type);
    if (!key) return key.error();

    const auto serial = from.u64();
    const auto kind = from.u32();
    const auto key_id = from.text();
    auto principals = read_principals(from);
    const auto valid_after = from.u64(), valid_before = from.u64();
    auto critical_options = read_options(from), extensions = read_options(from);
    from.string();  // reserved
    auto authority = read_authority(from);
    if (!authority) return authority.error();
    const auto signed_bytes = blob.substr(0, blob.size() - from.rest().size());
    const auto signature = from.string();
    if (!from.finished()) return login_refusal::malformed_certificate;
    return certificate{.key = std::move(*key),
                       .serial = serial,
                       .kind = kind,
                       .key_id = std::string(key_id),
                       .principals = std::move(principals),
                       .valid_after = valid_after,
                       .valid_before = valid_before,
                       .critical_options = std::move(critical_options),
                       .extensions = std::move(extensions),
                       .authority = std::move(*authority),
                       .signed_bytes = std::string(signed_bytes),
                       .signature = std::string(signature)};
}

}  // namespace gatehouse::bastion
