#include "bastion/identity/base64.hpp"
#include "bastion/identity/ed25519_point.hpp"
#include "bastion/identity/key_rules.hpp"
#include "tests/unit/bastion/fixtures.hpp"
#include "tests/unit/http/shared_data.hpp"

#include <catch2/catch.hpp>

#include <iostream>
#include <set>

using namespace gatehouse::bastion;
using gatehouse::test::key_named;
using gatehouse::test::made_by_openssh;
using namespace std::string_literals;

namespace {

std::string blob_of(std::initializer_list<std::string> strings)
{
    std::string made;
    for (const auto& one : strings) append_ssh_string(made, one);
    return made;
}

// "" when it is a key.
std::string refusal_of(std::string_view blob)
{
    const auto key = public_key::parse(blob);
    return key ? "" : std::string(to_string(key.error()));
}

std::string checked_by(std::string_view name, const key_rules& rules)
{
    const auto refused = check_user_key(key_named(name), rules);
    return refused ? std::string(to_string(*refused)) : "";
}

std::string little_endian(unsigned char low, unsigned char fill, unsigned char high)
{
    return std::string(1, static_cast<char>(low)) + std::string(30, static_cast<char>(fill)) +
           std::string(1, static_cast<char>(high));
}

}  // namespace

TEST_CASE("keys of every type are read", "[bastion][identity][public_key]")
{
    const auto [name, type, bits] = GENERATE(table<std::string, key_type, unsigned>({
        {"user_ed25519", key_type::ed25519, 256},
        {"user_p256", key_type::ecdsa_p256, 256},
        {"user_p384", key_type::ecdsa_p384, 384},
        {"user_p521", key_type::ecdsa_p521, 521},
        {"user_rsa", key_type::rsa, 3072},
        {"user_rsa2048", key_type::rsa, 2048},
    }));
    const auto key = key_named(name);
    CHECK(key.type() == type);
    CHECK(key.bits() == bits);
    CHECK(key.blob() == made_by_openssh(name).blob);
    CHECK(key.sha256_fingerprint() == made_by_openssh(name).fingerprint);
    CHECK(made_by_openssh(name).line.starts_with(std::string(to_string(type)) + ' '));
    CHECK(key == key_named(name));
    CHECK_FALSE(key == key_named("other_ed25519"));
}

TEST_CASE("a key that was cut or that goes on is none", "[bastion][identity][public_key]")
{
    const auto* const name = GENERATE("user_ed25519", "user_p256", "user_p521", "user_rsa");
    const auto& blob = made_by_openssh(name).blob;
    for (std::size_t size = 0; size < blob.size(); ++size)
        CHECK(refusal_of(blob.substr(0, size)) == "malformed_key");
    CHECK(refusal_of(blob + '\0') == "malformed_key");
}

TEST_CASE("what is no key has a reason", "[bastion][identity][public_key]")
{
    const auto p256 = made_by_openssh("user_p256").blob;
    const auto point = p256.substr(p256.size() - 65);
    auto off_curve = point;
    off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
    auto compressed = "\x02" + point.substr(1, 32);
    const std::string name = "ecdsa-sha2-nistp256", e = "\1\0\1"s, n = "\x7f" + std::string(383, '\x55');
    CHECK(refusal_of(made_by_openssh("user_dss").blob) == "dss_key");
    CHECK(refusal_of(made_by_openssh("of_ed25519").blob) == "certificate_for_key");
    CHECK(refusal_of(blob_of({"ssh-mldsa44-ed25519@openssh.com", "x"})) == "unknown_key_type");
    CHECK(refusal_of(blob_of({"ssh-ed25519", std::string(31, 'x')})) == "malformed_key");
    CHECK(refusal_of(blob_of({name, "nistp256", point})) == "");
    CHECK(refusal_of(blob_of({name, "nistp384", point})) == "malformed_key");
    CHECK(refusal_of(blob_of({name, "nistp256", compressed})) == "malformed_key");
    CHECK(refusal_of(blob_of({name, "nistp256", "\0"s})) == "malformed_key");  // the point at infinity
    CHECK(refusal_of(blob_of({name, "nistp256", off_curve})) == "invalid_key");
    CHECK(refusal_of(blob_of({name, "nistp256", "\4" + std::string(64, '\xff')})) == "invalid_key");
    CHECK(refusal_of(blob_of({"ssh-rsa", e, n})) == "");
    CHECK(refusal_of(blob_of({"ssh-rsa", e, "\0"s + n})) == "malformed_key");
    CHECK(refusal_of(blob_of({"ssh-rsa", e, n.substr(0, 383) + "\x54"})) == "invalid_key");
    CHECK(refusal_of(blob_of({"ssh-rsa", "\1", n})) == "invalid_key");
    CHECK(refusal_of(blob_of({"ssh-rsa", "\4", n})) == "invalid_key");
    CHECK(refusal_of(blob_of({"ssh-rsa", "\1" + std::string(8, '\1'), n})) == "invalid_key");
    CHECK(refusal_of(blob_of({"ssh-rsa", e, "\1" + std::string(2048, '\1')})) == "invalid_key");
}

TEST_CASE("an Ed25519 key is a point that is somebody's", "[bastion][identity][public_key]")
{
    const auto& blob = made_by_openssh("user_ed25519").blob;
    CHECK(is_ed25519_key(blob.substr(blob.size() - 32)));
    CHECK(is_ed25519_key(key_named("other_ed25519").fields().point));
    // RFC 8032 section 5.1: the base point
    CHECK(is_ed25519_key("\x58" + std::string(31, '\x66')));
    CHECK_FALSE(is_ed25519_key(std::string(31, '\x66')));
    CHECK_FALSE(is_ed25519_key(little_endian(2, 0, 0)));  // on no x
    // of small order: 1, 2, 4 and 8, and their encodings with y >= 2^255 - 19
    CHECK_FALSE(is_ed25519_key(little_endian(1, 0, 0)));
    CHECK_FALSE(is_ed25519_key(little_endian(1, 0, 0x80)));
    CHECK_FALSE(is_ed25519_key(little_endian(0xec, 0xff, 0x7f)));
    CHECK_FALSE(is_ed25519_key(little_endian(0, 0, 0)));
    CHECK_FALSE(is_ed25519_key(little_endian(0, 0, 0x80)));
    CHECK_FALSE(is_ed25519_key(decode_base64("JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/AU=").value()));
    CHECK_FALSE(is_ed25519_key(decode_base64("xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA3o=").value()));
    CHECK_FALSE(is_ed25519_key(little_endian(0xed, 0xff, 0x7f)));
    CHECK_FALSE(is_ed25519_key(little_endian(0xee, 0xff, 0x7f)));
}

TEST_CASE("the rules say which keys may log in", "[bastion][identity][key_rules]")
{
    CHECK(checked_by("user_ed25519", {}).empty());
    CHECK(checked_by("user_p256", {}).empty());
    CHECK(checked_by("user_p521", {}).empty());
    CHECK(checked_by("user_rsa", {}).empty());
    CHECK(checked_by("user_rsa2048", {}) == "short_rsa_key");
    CHECK(checked_by("user_rsa2048", {.least_rsa_bits = 2048}).empty());
    CHECK(checked_by("user_ed25519", {.fips = true}) == "key_not_fips");
    CHECK(checked_by("user_p384", {.fips = true}).empty());
    CHECK(checked_by("user_rsa", {.fips = true}).empty());
}

TEST_CASE("a security key needs the switch and signs no certificates", "[bastion][identity][key_rules]")
{
    const auto& point = made_by_openssh("user_ed25519").blob.substr(19);
    const auto key = public_key::parse(blob_of({"sk-ssh-ed25519@openssh.com", point, "ssh:"})).value();
    CHECK(key.type() == key_type::sk_ed25519);
    CHECK(key.fields().application == "ssh:");
    CHECK(check_user_key(key, {}) == login_refusal::security_key);
    CHECK_FALSE(check_user_key(key, {.security_keys = true}).has_value());
    CHECK(check_user_key(key, {.security_keys = true, .fips = true}) == login_refusal::key_not_fips);
    CHECK(check_authority_key(key, {.security_keys = true}) == login_refusal::security_key);
    CHECK_FALSE(check_authority_key(key_named("ca_rsa"), {}).has_value());
    CHECK(check_authority_key(key_named("ca_rsa2048"), {}) == login_refusal::short_rsa_key);
}

TEST_CASE("every refusal has a text of its own", "[bastion][identity][login_refusal]")
{
    std::set<std::string_view> texts;
    for (std::size_t i = 0; i < static_cast<std::size_t>(login_refusal::count_); ++i)
        texts.insert(to_string(static_cast<login_refusal>(i)));
    CHECK(texts.size() == static_cast<std::size_t>(login_refusal::count_));
}

TEST_CASE("OpenSSH's own test keys are read or refused for what they are",
          "[bastion][identity][public_key][shared]")
{
    std::size_t cases = 0;
    for (const auto& each : shared_lines("ssh-public-keys/keys.jsonl")) {
        const auto line = text_of(each, "line"), type = text_of(each, "type");
        CAPTURE(line);
        const auto base64 = line.substr(type.size() + 1, line.find(' ', type.size() + 1) - type.size() - 1);
        const auto key = public_key::parse(decode_base64(base64).value());
        if (names_certificate(type))
            CHECK(key.error() == login_refusal::certificate_for_key);
        else if (!parse_key_type(type))
            CHECK(key.error() == login_refusal::unknown_key_type);
        else
            CHECK(to_string(key.value().type()) == type);
        ++cases;
    }
    std::cout << "ssh-public-keys/keys.jsonl: " << cases << " keys\n";
}
