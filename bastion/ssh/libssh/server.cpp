#include "bastion/ssh/server.hpp"

#include "bastion/ssh/algorithms.hpp"
#include "bastion/ssh/libssh/server_parts.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

namespace gatehouse::bastion {

void require_libssh()
{
    ssh_init();
    if (!ssh_version(SSH_VERSION_INT(0, 10, 6)))
        throw std::runtime_error("libssh " + text_of(ssh_version(0)) + " is too old: 0.10.6 is needed");
    // Its channels look different inside, and peer_packet_size() would refuse each of them.
    if (ssh_version(SSH_VERSION_INT(0, 11, 0)))
        throw std::runtime_error("libssh " + text_of(ssh_version(0)) + " is too new: 0.10 is needed, from 0.10.6 on");
}

namespace {

constexpr unsigned least_host_rsa_bits = 2048;

// What libssh has one place for: a second key of the kind would replace the first. Empty: it has none.
std::string_view kind_of_host_key(ssh_key key)
{
    switch (ssh_key_type(key)) {
    case SSH_KEYTYPE_ED25519: return "Ed25519";
    case SSH_KEYTYPE_RSA: return "RSA";
    case SSH_KEYTYPE_ECDSA_P256:
    case SSH_KEYTYPE_ECDSA_P384:
    case SSH_KEYTYPE_ECDSA_P521: return "ECDSA";
    default: return {};
    }
}

}  // namespace

void server::parts::set(ssh_bind_options_e option, const void* value, const char* what) const
{
    if (ssh_bind_options_set(bind.get(), option, value) != SSH_OK)
        throw std::runtime_error(std::string("libssh refuses ") + what + ": " + ssh_get_error(bind.get()));
}

void server::parts::add_host_key(const std::string& path)
{
    const auto refuse = [&](const std::string& why) { throw std::runtime_error("host key " + path + ": " + why); };
    ssh_key raw = nullptr;
    const int read = ssh_pki_import_privkey_file(path.c_str(), nullptr, nullptr, nullptr, &raw);
    key_ptr key(raw);
    if (read == SSH_EOF) refuse("cannot be read");
    if (read != SSH_OK) refuse("is no private key, or has a passphrase");
    const auto kind = kind_of_host_key(key.get());
    if (kind.empty()) refuse("is of type " + text_of(ssh_key_type_to_char(ssh_key_type(key.get()))) +
                             ", but Ed25519, ECDSA or RSA is needed");
    if (kind == "Ed25519" && settings.user_keys.fips) refuse("is an Ed25519 key, which FIPS does not know");
    if (blob_of(key.get()).empty())
        refuse("is not in OpenSSH's format, and libssh cannot read all of it from PEM");  // each exchange would fail
    const auto [other, first] = host_key_files.try_emplace(kind, path);
    if (!first) refuse("is an " + std::string(kind) + " key as " + other->second + " is: one of each kind is used");
    if (ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_IMPORT_KEY, key.get()) != SSH_OK)
        refuse(text_of(ssh_get_error(bind.get())));
    key.release();  // the bind's now
}

server::server(const server_settings& settings) : parts_(std::make_unique<parts>())
{
    parts_->settings = settings;
    parts_->bind.reset(ssh_bind_new());
    if (!parts_->bind) throw std::bad_alloc();
    const auto& use =
        offered(settings.user_keys.fips ? algorithm_profile::fips : algorithm_profile::standard);
    const bool no = false;
    // First: any other option would read /etc/ssh/libssh_server_config.
    parts_->set(SSH_BIND_OPTIONS_PROCESS_CONFIG, &no, "to leave its own configuration file");
    parts_->set(SSH_BIND_OPTIONS_BANNER, "Gatehouse", "the version string");
    parts_->set(SSH_BIND_OPTIONS_KEY_EXCHANGE, use.key_exchange, "the key exchange methods");
    parts_->set(SSH_BIND_OPTIONS_CIPHERS_C_S, use.ciphers, "the ciphers");
    parts_->set(SSH_BIND_OPTIONS_CIPHERS_S_C, use.ciphers, "the ciphers");
    parts_->set(SSH_BIND_OPTIONS_HMAC_C_S, use.macs, "the MACs");
    parts_->set(SSH_BIND_OPTIONS_HMAC_S_C, use.macs, "the MACs");
    parts_->set(SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, use.host_keys, "the host key algorithms");
    parts_->set(SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, use.user_signatures, "the signature algorithms");
    // Of users' keys and of the host's. The rules of the users' are ours, so libssh's need not be as strict.
    const int rsa = static_cast<int>(std::min(least_host_rsa_bits, settings.user_keys.least_rsa_bits));
    parts_->set(SSH_BIND_OPTIONS_RSA_MIN_SIZE, &rsa, "the least RSA size");
    if (settings.host_keys.empty()) throw std::runtime_error("no host key");
    for (const auto& path : settings.host_keys) parts_->add_host_key(path);
}

server::~server() = default;

}  // namespace gatehouse::bastion
