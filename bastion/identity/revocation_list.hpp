#pragma once

#include "bastion/identity/certificate.hpp"
#include "bastion/identity/serial_set.hpp"

#include <boost/system/result.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Keys and certificates that are good no more, as sshd's RevokedKeys names them: OpenSSH's binary list
// (PROTOCOL.krl), or a text file with a public key per line. An immutable value.
class revocation_list {
public:
    // All or nothing: what is not understood might revoke something. The error is a sentence for the
    // operator, who must not be left with an open door: keep the last good list, or refuse every login. As
    // OpenSSH from 9.4 on: extensions are skipped unless critical, and a signed list is refused, as nothing
    // here could check by whom. An empty file revokes nothing.
    static boost::system::result<revocation_list, std::string> parse(std::string_view file);

    bool revokes(const public_key& key) const;
    bool revokes(const certificate& shown) const;  // by itself, by its key, or with its CA

private:
    friend class krl_reader;
    friend class revoked_keys_reader;

    using texts = std::set<std::string, std::less<>>;
    struct certificates {
        serial_set serials;
        texts key_ids;
        bool contain(const certificate& shown) const;
    };

    std::map<std::string, certificates, std::less<>> by_authority_;  // by the CA key's blob; "" is any CA
    texts keys_, sha1_, sha256_;                                     // blobs, and digests of blobs
};

}  // namespace gatehouse::bastion
