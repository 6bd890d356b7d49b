#pragma once

#include "bastion/identity/public_key.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::test {

// A certificate as a CA would have it signed, also one that ssh-keygen would not write. By default a good one
// for alice, valid from 1000 to 2000.
struct certificate_order {
    std::string type = "ssh-ed25519-cert-v01@openssh.com";
    std::string key{};  // its fields; empty: those of fixture user_ed25519
    std::uint64_t serial = 7;
    std::uint32_t kind = 1;
    std::string key_id = "alice@example";
    std::vector<std::string> principals{"alice", "deploy"};
    std::uint64_t valid_after = 1000, valid_before = 2000;
    std::vector<std::pair<std::string, std::string>> critical_options{};
    std::vector<std::pair<std::string, std::string>> extensions{{"permit-port-forwarding", ""}};
    std::string authority{};  // another key than the signer's
};

// "x" as an option's data holds text.
std::string ssh_text(std::string_view text);

// An Ed25519 CA.
class certificate_mint {
public:
    certificate_mint();
    bastion::public_key key() const;
    std::string make(const certificate_order& order) const;  // the certificate's blob
    std::string sign(std::string_view data) const;           // encoded, as certificates end

private:
    std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace gatehouse::test
