#pragma once

#include <string_view>

namespace gatehouse::bastion {

// Which kinds of user keys are heard at all, before anyone asks whose they are. Judges the key's type and size as
// libssh does when it verifies the signature: a key that passed the question "may I sign with this?" and fails then
// gets no answer at all, and the client never tries its next key.
struct key_filter {
    bool fips = false;           // no ed25519
    bool security_keys = false;  // sk- keys
    unsigned rsa_min_bits = 2048;

    // `blob` is the public key or certificate as it goes over the wire (RFC 4253, 6.6); malformed ones do not pass.
    bool passes(std::string_view blob) const noexcept;
};

}  // namespace gatehouse::bastion
