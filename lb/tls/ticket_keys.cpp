#include "lb/tls/ticket_keys.hpp"

#include "lb/tls/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <cstring>
#include <stdexcept>

namespace gatehouse::lb {
namespace {

using cipher_ptr = openssl_ptr<EVP_CIPHER, EVP_CIPHER_free>;

// What the callback's return value tells OpenSSL when it decrypts.
enum verdict { error = -1, unknown_key = 0, accepted = 1, accepted_and_renew = 2 };

int context_slot()
{
    static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return slot;
}

}  // namespace

struct ticket_keys::key {
    key() : cipher(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr))  // once, not in every handshake
    {
        if (!cipher || RAND_bytes(name.data(), static_cast<int>(name.size())) != 1 ||
            RAND_priv_bytes(encryption.data(), static_cast<int>(encryption.size())) != 1 ||
            RAND_priv_bytes(signing.data(), static_cast<int>(signing.size())) != 1)
            throw std::runtime_error("cannot make a session ticket key: " + take_openssl_error());
    }
    key(const key&) = delete;
    key& operator=(const key&) = delete;
    ~key()
    {
        OPENSSL_cleanse(encryption.data(), encryption.size());
        OPENSSL_cleanse(signing.data(), signing.size());
    }

    bool sign_with(EVP_MAC_CTX* mac) const
    {
        char digest[] = "SHA256";
        const OSSL_PARAM settings[] = {
            OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>(signing.data()),
                                              signing.size()),
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
        return EVP_MAC_CTX_set_params(mac, settings) == 1;
    }

    std::array<unsigned char, 16> name{};  // sent in clear at the head of each ticket: RFC 5077, section 4
    std::array<unsigned char, 32> encryption{};
    std::array<unsigned char, 32> signing{};
    cipher_ptr cipher;
};

ticket_keys::ticket_keys()
{
    rotate();
}

void ticket_keys::rotate()
{
    auto fresh = std::make_shared<const key>();
    const std::lock_guard lock(mutex_);
    keys_[2] = std::move(keys_[1]);
    keys_[1] = std::move(keys_[0]);
    keys_[0] = std::move(fresh);
}

void ticket_keys::attach(SSL_CTX* context)
{
    if (SSL_CTX_set_ex_data(context, context_slot(), this) != 1 ||
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &ticket_keys::select) != 1)
        throw std::runtime_error("cannot use session ticket keys: " + take_openssl_error());
}

std::shared_ptr<const ticket_keys::key> ticket_keys::newest()
{
    const std::lock_guard lock(mutex_);
    return keys_[0];
}

std::shared_ptr<const ticket_keys::key> ticket_keys::find(const unsigned char* name, bool& is_newest)
{
    const std::lock_guard lock(mutex_);
    for (const auto& candidate : keys_) {
        if (!candidate || std::memcmp(candidate->name.data(), name, candidate->name.size()) != 0) continue;
        is_newest = candidate == keys_[0];
        return candidate;
    }
    return nullptr;
}

int ticket_keys::select(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                        EVP_MAC_CTX* mac, int encrypting)
{
    auto& self = *static_cast<ticket_keys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_slot()));
    if (encrypting) {
        const auto use = self.newest();
        std::memcpy(name, use->name.data(), use->name.size());
        const auto* algorithm = use->cipher.get();
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(algorithm)) != 1 ||
            EVP_EncryptInit_ex2(cipher, algorithm, use->encryption.data(), iv, nullptr) != 1 ||
            !use->sign_with(mac))
            return error;
        return accepted;
    }
    bool is_newest = false;
    const auto use = self.find(name, is_newest);
    if (!use) return unknown_key;
    if (EVP_DecryptInit_ex2(cipher, use->cipher.get(), use->encryption.data(), iv, nullptr) != 1 ||
        !use->sign_with(mac))
        return error;
    // TLS 1.3 clients use a ticket once (RFC 8446, appendix C.4): without a new one, every second visit is a
    // full handshake.
    return is_newest && SSL_version(ssl) != TLS1_3_VERSION ? accepted : accepted_and_renew;
}

}  // namespace gatehouse::lb
