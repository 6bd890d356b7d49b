#include "tests/support/ssh_client.hpp"

#include "bastion/identity/ssh_reader.hpp"
#include "tests/unit/ssh/openssh_key.hpp"

#include <sys/socket.h>

#include <array>
#include <cstdlib>

namespace gatehouse::test {
namespace {

using bastion::append_ssh_string;

constexpr std::string_view version = "SSH-2.0-fuzz";
constexpr std::string_view share(
    "\x77\x07\x6d\x0a\x73\x18\xa5\x7d\x3c\x16\xc1\x72\x51\xb2\x66\x45"
    "\xdf\x4c\x2f\x92\xeb\xc0\x99\x2a\xc1\x77\xfb\xa5\x1d\xb9\x2c\x2a", 32);
constexpr char kexinit = 20, newkeys = 21, ecdh_init = 30, service_request = 5, userauth_request = 50;
constexpr std::size_t block = 16, tag = 16;

void require(bool holds)
{
    if (!holds) std::abort();
}

const unsigned char* bytes(std::string_view of) { return reinterpret_cast<const unsigned char*>(of.data()); }
unsigned char* bytes(std::string& of) { return reinterpret_cast<unsigned char*>(of.data()); }

void append_u32(std::string& to, std::uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(number >> shift & 0xff);
}

std::string sha256(std::string_view of)
{
    std::string made(32, '\0');
    require(EVP_Digest(of.data(), of.size(), bytes(made), nullptr, EVP_sha256(), nullptr) == 1);
    return made;
}

std::string public_bytes(EVP_PKEY* key)
{
    std::string made(32, '\0');
    std::size_t size = made.size();
    require(EVP_PKEY_get_raw_public_key(key, bytes(made), &size) == 1);
    return made;
}

key_handle x25519_key()
{
    return key_handle(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, bytes(share), share.size()));
}

std::string shared_secret(EVP_PKEY* ours, std::string_view theirs)
{
    const key_handle peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, bytes(theirs), theirs.size()));
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new(ours, nullptr),
                                                                              EVP_PKEY_CTX_free);
    std::string made(32, '\0');
    std::size_t size = made.size();
    require(EVP_PKEY_derive_init(context.get()) == 1 && EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1 &&
            EVP_PKEY_derive(context.get(), bytes(made), &size) == 1);
    return made;
}

// Big endian, as SSH wants numbers: no zeros in front but one before a set top bit.
std::string mpint(std::string_view number)
{
    while (!number.empty() && number.front() == '\0') number.remove_prefix(1);
    std::string made;
    const bool needs_zero = !number.empty() && (number.front() & 0x80) != 0;
    append_ssh_string(made, (needs_zero ? std::string(1, '\0') : std::string()).append(number));
    return made;
}

std::string our_kexinit()
{
    std::string made(1, kexinit);
    made.append(16, 'c');
    for (const auto* const list : {"curve25519-sha256", "ssh-ed25519", "aes256-gcm@openssh.com",
                                   "aes256-gcm@openssh.com", "hmac-sha2-256-etm@openssh.com",
                                   "hmac-sha2-256-etm@openssh.com", "none", "none", "", ""})
        append_ssh_string(made, list);
    return made.append(5, '\0');
}

}  // namespace

void ssh_client::send_version()
{
    send_raw(std::string(version) + "\r\n");
    send(our_kexinit());
}

void ssh_client::send_key_share()
{
    drain();
    const auto end = received_.find("\r\n");
    require(end != std::string::npos);
    server_version_ = received_.substr(0, end);
    received_.erase(0, end + 2);
    server_kexinit_ = take_packet();
    std::string payload(1, ecdh_init);
    append_ssh_string(payload, public_bytes(x25519_key().get()));
    send(payload);
}

void ssh_client::take_keys()
{
    drain();
    const auto reply = take_packet();
    bastion::ssh_reader from(reply);
    from.u8();
    const auto host_key = from.string(), theirs = from.string();
    require(!from.failed());
    const auto ours = x25519_key();
    secret_ = mpint(shared_secret(ours.get(), theirs));
    std::string hashed;
    for (const auto& part : {std::string(version), server_version_, our_kexinit(), server_kexinit_,
                             std::string(host_key), public_bytes(ours.get()), std::string(theirs)})
        append_ssh_string(hashed, part);
    exchange_hash_ = sha256(hashed + secret_);
    send(std::string(1, newkeys));
    key_ = derive('C', 32);
    nonce_ = derive('A', 12);
}

std::string ssh_client::derive(char purpose, std::size_t size) const
{
    return sha256(secret_ + exchange_hash_ + purpose + exchange_hash_).substr(0, size);
}

void ssh_client::send(std::string_view payload)
{
    // Behind the length, when it is encrypted; with it, when not (RFC 4253 section 6, RFC 5647).
    const std::size_t counted = payload.size() + (key_.empty() ? 5 : 1);
    const std::size_t padding = 4 + (block - (counted + 4) % block) % block;
    std::string packet;
    append_u32(packet, static_cast<std::uint32_t>(payload.size() + 1 + padding));
    std::string body(1, static_cast<char>(padding));
    body.append(payload).append(padding, '\0');
    if (key_.empty()) return send_raw(packet + body);

    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  EVP_CIPHER_CTX_free);
    int size = 0;
    std::string sealed(body.size() + tag, '\0');
    require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(nonce_)) == 1 &&
            EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(packet), 4) == 1 &&
            EVP_EncryptUpdate(context.get(), bytes(sealed), &size, bytes(body), static_cast<int>(body.size())) == 1 &&
            EVP_EncryptFinal_ex(context.get(), bytes(sealed) + body.size(), &size) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag, bytes(sealed) + body.size()) == 1);
    send_raw(packet + sealed);
    for (std::size_t i = nonce_.size(); i-- > 4 && ++nonce_[i] == '\0';) {}
}

void ssh_client::log_in(std::string_view user, EVP_PKEY* ed25519)
{
    std::string service(1, service_request);
    append_ssh_string(service, "ssh-userauth");
    send(service);

    std::string request(1, userauth_request);
    for (const auto part : {user, std::string_view("ssh-connection"), std::string_view("publickey")})
        append_ssh_string(request, part);
    request += '\1';
    append_ssh_string(request, "ssh-ed25519");
    append_ssh_string(request, ed25519_blob(ed25519));
    std::string to_sign;
    append_ssh_string(to_sign, exchange_hash_);
    to_sign += request;
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string made(64, '\0'), signature;
    std::size_t size = made.size();
    require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, ed25519) == 1 &&
            EVP_DigestSign(context.get(), bytes(made), &size, bytes(to_sign), to_sign.size()) == 1);
    append_ssh_string(signature, "ssh-ed25519");
    append_ssh_string(signature, made);
    append_ssh_string(request, signature);
    send(request);
}

void ssh_client::send_raw(std::string_view what) const
{
    // What does not fit is dropped: a server that has ended the session takes nothing, either.
    [[maybe_unused]] const auto sent = ::send(socket_, what.data(), what.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool ssh_client::drain()
{
    std::array<char, 16384> piece;
    bool any = false;
    for (;;) {
        const auto size = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
        if (size <= 0) return any;
        any = true;
        if (key_.empty()) received_.append(piece.data(), static_cast<std::size_t>(size));
    }
}

std::string ssh_client::take_packet()
{
    bastion::ssh_reader from(received_);
    const auto packet = from.string();
    require(!from.failed() && !packet.empty());
    const auto padding = static_cast<unsigned char>(packet.front());
    require(packet.size() > padding);
    const std::string payload(packet.substr(1, packet.size() - 1 - padding));
    received_.erase(0, 4 + packet.size());
    return payload;
}

}  // namespace gatehouse::test
