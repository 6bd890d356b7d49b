#include "tests/unit/ssh/openssh_key.hpp"

#include "bastion/identity/ssh_reader.hpp"

#include <stdexcept>

namespace gatehouse::test {
namespace {

using bastion::append_ssh_string;

using raw_reader = int(const EVP_PKEY*, unsigned char*, std::size_t*);

std::string raw_half(const EVP_PKEY* key, raw_reader& read)
{
    std::string made(32, '\0');
    std::size_t size = made.size();
    if (read(key, reinterpret_cast<unsigned char*>(made.data()), &size) != 1) throw std::runtime_error("no raw key");
    return made;
}

std::string base64(std::string_view bytes)
{
    std::string made((bytes.size() + 2) / 3 * 4, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(made.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    return made;
}

}  // namespace

key_handle ed25519_key(std::string_view secret)
{
    return key_handle(EVP_PKEY_new_raw_private_key(
        EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(secret.data()), secret.size()));
}

std::string ed25519_blob(const EVP_PKEY* key)
{
    std::string made;
    append_ssh_string(made, "ssh-ed25519");
    append_ssh_string(made, raw_half(key, EVP_PKEY_get_raw_public_key));
    return made;
}

// OpenSSH's PROTOCOL.key, without a passphrase.
std::string openssh_private_key(const EVP_PKEY* ed25519)
{
    const auto point = raw_half(ed25519, EVP_PKEY_get_raw_public_key);
    std::string secret(8, 'c');  // a number twice, which a wrong passphrase would make two
    secret += ed25519_blob(ed25519);
    append_ssh_string(secret, raw_half(ed25519, EVP_PKEY_get_raw_private_key) + point);
    append_ssh_string(secret, "a comment");
    for (char next = 1; secret.size() % 8 != 0; ++next) secret += next;

    std::string whole("openssh-key-v1\0", 15);
    for (const auto* const none : {"none", "none", ""}) append_ssh_string(whole, none);
    whole += std::string("\0\0\0\1", 4);
    append_ssh_string(whole, ed25519_blob(ed25519));
    append_ssh_string(whole, secret);
    std::string text = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    const auto encoded = base64(whole);
    for (std::size_t at = 0; at < encoded.size(); at += 70) text += encoded.substr(at, 70) + '\n';
    return text + "-----END OPENSSH PRIVATE KEY-----\n";
}

}  // namespace gatehouse::test
