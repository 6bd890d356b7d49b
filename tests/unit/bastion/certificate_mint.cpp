#include "tests/unit/bastion/certificate_mint.hpp"

#include "bastion/identity/ssh_reader.hpp"
#include "tests/unit/bastion/fixtures.hpp"

#include <stdexcept>

namespace gatehouse::test {
namespace {

using bastion::append_ssh_string;

void append_number(std::string& to, std::uint64_t value, unsigned bytes)
{
    while (bytes-- > 0) to += static_cast<char>(value >> (8 * bytes) & 0xff);
}

std::string packed(const std::vector<std::string>& strings)
{
    std::string made;
    for (const auto& one : strings) append_ssh_string(made, one);
    return made;
}

std::string packed(const std::vector<std::pair<std::string, std::string>>& options)
{
    std::string made;
    for (const auto& [name, data] : options) made += packed({name, data});
    return made;
}

std::string user_key()
{
    std::string made;
    append_ssh_string(made, key_named("user_ed25519").fields().point);
    return made;
}

}  // namespace

std::string ssh_text(std::string_view text)
{
    std::string made;
    append_ssh_string(made, text);
    return made;
}

certificate_mint::certificate_mint() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free)
{
    if (!key_) throw std::runtime_error("no Ed25519 key");
}

bastion::public_key certificate_mint::key() const
{
    std::string point(32, '\0');
    auto size = point.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(point.data()), &size);
    return bastion::public_key::parse(packed({"ssh-ed25519", point})).value();
}

std::string certificate_mint::sign(std::string_view data) const
{
    const std::shared_ptr<EVP_MD_CTX> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string raw(64, '\0');
    auto size = raw.size();
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(raw.data()), &size,
                       reinterpret_cast<const unsigned char*>(data.data()), data.size()) != 1)
        throw std::runtime_error("cannot sign");
    return packed({"ssh-ed25519", raw});
}

std::string certificate_mint::make(const certificate_order& order) const
{
    std::string made = packed({order.type, "nonce"});
    made += order.key.empty() ? user_key() : order.key;
    append_number(made, order.serial, 8);
    append_number(made, order.kind, 4);
    append_ssh_string(made, order.key_id);
    append_ssh_string(made, packed(order.principals));
    append_number(made, order.valid_after, 8);
    append_number(made, order.valid_before, 8);
    append_ssh_string(made, packed(order.critical_options));
    append_ssh_string(made, packed(order.extensions));
    append_ssh_string(made, "");
    append_ssh_string(made, order.authority.empty() ? key().blob() : order.authority);
    const auto signature = sign(made);
    append_ssh_string(made, signature);
    return made;
}

}  // namespace gatehouse::test
