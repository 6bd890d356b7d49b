#include "bastion/identity/key_rules.hpp"
#include "bastion/identity/ssh_reader.hpp"
#include "tests/unit/bastion/fixtures.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::bastion;
using gatehouse::test::key_named;
using gatehouse::test::made_by_openssh;

namespace {

// "" when it may be shown.
std::string refusal_of(std::string_view shown, const key_rules& rules = {})
{
    const auto refused = check_shown(shown, rules);
    return refused ? std::string(to_string(*refused)) : "";
}

std::string refusal_of_made(std::string_view name, const key_rules& rules = {})
{
    return refusal_of(made_by_openssh(name).blob, rules);
}

std::string security_key(std::string_view of, std::string_view type)
{
    const auto key = key_named(of);
    std::string made;
    append_ssh_string(made, type);
    if (const auto* const on = curve_of(key.type())) append_ssh_string(made, on->name);
    append_ssh_string(made, key.fields().point);
    append_ssh_string(made, "ssh:");
    return made;
}

}  // namespace

TEST_CASE("keys and certificates that libssh verifies may be shown", "[ssh][shown_key]")
{
    for (const auto* name : {"user_ed25519", "user_p256", "user_p384", "user_p521", "user_rsa", "of_ed25519", "of_p256",
                             "of_p384", "of_p521", "of_rsa"})
        CHECK(refusal_of_made(name) == "");
}

TEST_CASE("RSA keys may be shown by their size, in certificates, too", "[ssh][shown_key]")
{
    for (const auto* name : {"user_rsa2048", "of_rsa2048"}) {
        CHECK(refusal_of_made(name) == "short_rsa_key");
        CHECK(refusal_of_made(name, {.least_rsa_bits = 2048}) == "");
        CHECK(refusal_of_made(name, {.least_rsa_bits = 2049}) == "short_rsa_key");
    }
}

TEST_CASE("what a certificate says besides its key is for the login to judge", "[ssh][shown_key]")
{
    for (const auto* name : {"for_host", "nobody", "by_other", "by_rsa_sha1"}) CHECK(refusal_of_made(name) == "");
}

TEST_CASE("key types of the past and of the future may not be shown", "[ssh][shown_key]")
{
    CHECK(refusal_of_made("user_dss") == "dss_key");
    for (const auto* type : {"ssh-mldsa44-ed25519@openssh.com", "", "ssh-ed25519@openssh.com", "sk-ssh-ed25519"})
        CHECK(refusal_of(security_key("user_ed25519", type)) == "unknown_key_type");
    for (const auto* type : {"ssh-dss-cert-v01@openssh.com", "-cert-v01@openssh.com"})
        CHECK(refusal_of(security_key("user_ed25519", type)) == "unknown_certificate_type");
}

TEST_CASE("a blob that ends early may not be shown", "[ssh][shown_key]")
{
    for (const auto* name : {"user_ed25519", "user_rsa", "of_p256"}) {
        const auto& whole = made_by_openssh(name).blob;
        for (std::size_t size = 0; size < whole.size(); ++size) CHECK(refusal_of(whole.substr(0, size)) != "");
        CHECK(refusal_of(whole + '\0') != "");
    }
}

TEST_CASE("security keys may be shown where they are wanted, and never with FIPS", "[ssh][shown_key]")
{
    for (const auto& blob : {security_key("user_ed25519", "sk-ssh-ed25519@openssh.com"),
                             security_key("user_p256", "sk-ecdsa-sha2-nistp256@openssh.com")}) {
        CHECK(refusal_of(blob) == "security_key");
        CHECK(refusal_of(blob, {.security_keys = true}) == "");
        CHECK(refusal_of(blob, {.security_keys = true, .fips = true}) == "key_not_fips");
    }
}

TEST_CASE("FIPS knows no Ed25519", "[ssh][shown_key]")
{
    for (const auto* name : {"user_ed25519", "of_ed25519"})
        CHECK(refusal_of_made(name, {.fips = true}) == "key_not_fips");
    for (const auto* name : {"user_p256", "user_p521", "user_rsa", "of_p384", "of_rsa"})
        CHECK(refusal_of_made(name, {.fips = true}) == "");
}
