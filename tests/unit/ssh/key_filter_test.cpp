#include "bastion/ssh/key_filter.hpp"

#include <catch2/catch.hpp>

#include <string>

using gatehouse::bastion::key_filter;

namespace {

std::string field(const std::string& text)
{
    const auto size = static_cast<unsigned>(text.size());
    return std::string{static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                       static_cast<char>(size)} +
           text;
}

// A modulus of that many bits, as it goes over the wire: with a zero before a set top bit.
std::string modulus(unsigned bits)
{
    std::string number(bits / 8, '\xff');
    if (bits % 8 != 0) return field(static_cast<char>((1 << bits % 8) - 1) + number);
    return field('\0' + number);
}

std::string rsa(unsigned bits) { return field("ssh-rsa") + field("\x01\x01") + modulus(bits); }

}  // namespace

TEST_CASE("key types that libssh verifies pass", "[ssh][key_filter]")
{
    const key_filter filter;
    for (const auto* type : {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
                             "ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256-cert-v01@openssh.com"})
        CHECK(filter.passes(field(type)));
}

TEST_CASE("key types of the past and of the future do not pass", "[ssh][key_filter]")
{
    const key_filter filter;
    for (const auto* type : {"ssh-dss", "ssh-dss-cert-v01@openssh.com", "ssh-mldsa44-ed25519@openssh.com", "",
                             "-cert-v01@openssh.com", "ssh-ed25519@openssh.com", "sk-ssh-ed25519"})
        CHECK_FALSE(filter.passes(field(type)));
}

TEST_CASE("RSA keys pass by their size", "[ssh][key_filter]")
{
    const key_filter filter{.rsa_min_bits = 2048};
    CHECK(filter.passes(rsa(2048)));
    CHECK(filter.passes(rsa(4096)));
    CHECK_FALSE(filter.passes(rsa(2047)));
    CHECK_FALSE(filter.passes(rsa(1024)));
    CHECK(key_filter{.rsa_min_bits = 1024}.passes(rsa(1024)));
}

TEST_CASE("an RSA certificate's modulus lies behind its nonce", "[ssh][key_filter]")
{
    const key_filter filter;
    const auto certificate = [](unsigned bits) {
        return field("ssh-rsa-cert-v01@openssh.com") + field(std::string(32, 'n')) + field("\x01\x01") +
               modulus(bits) + "and more";
    };
    CHECK(filter.passes(certificate(3072)));
    CHECK_FALSE(filter.passes(certificate(1024)));
}

TEST_CASE("a blob that ends early does not pass", "[ssh][key_filter]")
{
    const key_filter filter;
    const auto whole = rsa(2048);
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(filter.passes(whole.substr(0, size)));
    CHECK_FALSE(filter.passes(field("ssh-rsa") + "\xff\xff\xff\xff"));
}

TEST_CASE("security keys pass where they are wanted", "[ssh][key_filter]")
{
    for (const auto* type : {"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
                             "sk-ssh-ed25519-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com"}) {
        CHECK_FALSE(key_filter{}.passes(field(type)));
        CHECK(key_filter{.security_keys = true}.passes(field(type)));
    }
}

TEST_CASE("FIPS knows no ed25519", "[ssh][key_filter]")
{
    const key_filter filter{.fips = true, .security_keys = true};
    CHECK_FALSE(filter.passes(field("ssh-ed25519")));
    CHECK_FALSE(filter.passes(field("sk-ssh-ed25519@openssh.com")));
    CHECK(filter.passes(field("ecdsa-sha2-nistp256")));
    CHECK(filter.passes(rsa(2048)));
}
