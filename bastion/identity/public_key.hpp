#pragma once

#include "bastion/identity/key_fields.hpp"
#include "bastion/identity/key_type.hpp"
#include "bastion/identity/login_refusal.hpp"

#include <string>
#include <string_view>

namespace gatehouse::bastion {

// A public key that can be one: its encoding is the only one it has, its numbers are those of a key. Whether
// it may log in is for key_rules and the lists to say. A value.
class public_key {
public:
    // `blob` is the SSH encoding (RFC 4253 section 6.6), as key files hold it in base64.
    static checked<public_key> parse(std::string_view blob);

    key_type type() const noexcept { return type_; }
    unsigned bits() const noexcept { return bits_; }  // of the modulus or the curve's field
    const std::string& blob() const noexcept { return blob_; }
    key_fields fields() const noexcept;      // views of this key
    std::string sha256_fingerprint() const;  // as OpenSSH prints it: "SHA256:..."

    bool operator==(const public_key& other) const noexcept { return blob_ == other.blob_; }

private:
    public_key(key_type type, unsigned bits, std::string_view blob) : type_(type), bits_(bits), blob_(blob) {}

    key_type type_;
    unsigned bits_;
    std::string blob_;
};

}  // namespace gatehouse::bastion
