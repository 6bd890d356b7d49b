#include "bastion/identity/certificate.hpp"
#include "tests/unit/bastion/certificate_mint.hpp"
#include "tests/unit/bastion/fixtures.hpp"
#include "tests/unit/http/shared_data.hpp"

#include <catch2/catch.hpp>

#include <iostream>

using namespace gatehouse::bastion;
using namespace gatehouse::test;
using namespace std::string_literals;

namespace {

// "" when it is read.
std::string refusal_of(std::string_view blob)
{
    const auto read = certificate::parse(blob);
    return read ? "" : std::string(to_string(read.error()));
}

std::vector<std::pair<std::string, std::string>> options(int count)
{
    std::vector<std::pair<std::string, std::string>> made;
    for (int i = 0; i < count; ++i) made.emplace_back("option-" + std::to_string(i), "");
    return made;
}

std::string fields_of(std::string_view fixture)
{
    const auto key = key_named(fixture);
    return key.blob().substr(4 + to_string(key.type()).size());
}

}  // namespace

TEST_CASE("a certificate of ssh-keygen is read in full", "[bastion][identity][certificate]")
{
    const auto read = certificate::parse(made_by_openssh("from_network").blob).value();
    CHECK(read.key == key_named("user_ed25519"));
    CHECK(read.serial == 7);
    CHECK(read.kind == 1);
    CHECK(read.key_id == "from_network@example");
    CHECK(read.principals == std::vector<std::string>{"alice", "deploy"});
    CHECK(read.valid_after == 1577836800);
    CHECK(read.valid_before == 4102444800);
    REQUIRE(read.critical_options.size() == 1);
    CHECK(read.critical_options[0].name == "source-address");
    CHECK(read.critical_options[0].data == ssh_text("192.0.2.0/24,2001:db8::/32"));
    CHECK(read.extensions.size() == 5);
    CHECK(read.authority == key_named("ca_ed25519"));
}

TEST_CASE("certificates are read for keys of every type", "[bastion][identity][certificate]")
{
    const auto* const kind = GENERATE("ed25519", "p256", "p384", "p521", "rsa", "rsa2048");
    const auto read = certificate::parse(made_by_openssh("of_"s + kind).blob).value();
    CHECK(read.key == key_named("user_"s + kind));
}

TEST_CASE("a certificate that was cut or that goes on is none", "[bastion][identity][certificate]")
{
    const auto* const name = GENERATE("of_ed25519", "of_p256", "of_rsa", "by_rsa", "from_network");
    const auto& blob = made_by_openssh(name).blob;
    for (std::size_t size = 0; size < blob.size(); ++size)
        CHECK(refusal_of(blob.substr(0, size)) == "malformed_certificate");
    CHECK(refusal_of(blob + '\0') == "malformed_certificate");
}

TEST_CASE("what is no certificate has a reason", "[bastion][identity][certificate]")
{
    const certificate_mint ca;
    const auto made = [&](const certificate_order& order) { return refusal_of(ca.make(order)); };
    CHECK(made({}).empty());
    CHECK(refusal_of(made_by_openssh("user_ed25519").blob) == "unknown_certificate_type");
    CHECK(made({.type = "ssh-dss-cert-v01@openssh.com"}) == "unknown_certificate_type");
    CHECK(made({.type = "rsa-sha2-256-cert-v01@openssh.com"}) == "unknown_certificate_type");
    CHECK(made({.key = ssh_text(std::string(31, 'x'))}) == "malformed_certificate");
    CHECK(made({.key = ssh_text(std::string(32, '\0'))}) == "invalid_key");
    CHECK(made({.type = "ecdsa-sha2-nistp384-cert-v01@openssh.com", .key = fields_of("user_p256")}) ==
          "malformed_certificate");
    CHECK(made({.key_id = "a\0b"s}) == "malformed_certificate");
    CHECK(made({.principals = {"a\0b"s}}) == "malformed_certificate");
    CHECK(made({.principals = std::vector<std::string>(256, "a")}).empty());
    CHECK(made({.principals = std::vector<std::string>(257, "a")}) == "malformed_certificate");
    CHECK(made({.critical_options = {{"a", ""}, {"a", ""}}}) == "malformed_certificate");
    CHECK(made({.critical_options = options(256), .extensions = options(256)}).empty());
    CHECK(made({.critical_options = options(257)}) == "malformed_certificate");
    CHECK(made({.extensions = options(257)}) == "malformed_certificate");
    CHECK(made({.extensions = {{"a", ""}, {"b", ""}, {"a", ""}}}) == "malformed_certificate");
    CHECK(made({.extensions = {{"b", ""}, {"a", ""}}}).empty());
    CHECK(made({.authority = made_by_openssh("of_ed25519").blob}) == "authority_is_certificate");
    CHECK(made({.authority = made_by_openssh("user_dss").blob}) == "unfit_authority");
    CHECK(made({.authority = "x"}) == "malformed_certificate");
    CHECK(made({.key_id = std::string(64 * 1024, 'x')}) == "malformed_certificate");
}

TEST_CASE("OpenSSH's own test certificates are read", "[bastion][identity][certificate][shared]")
{
    std::size_t cases = 0;
    for (const auto& each : shared_lines("ssh-public-keys/keys.jsonl")) {
        const auto line = text_of(each, "line"), type = text_of(each, "type");
        if (!names_certificate(type)) continue;
        CAPTURE(line);
        const auto base64 = line.substr(type.size() + 1, line.find(' ', type.size() + 1) - type.size() - 1);
        const auto read = certificate::parse(from_base64(base64));
        if (parse_certificate_type(type)) {
            CHECK(read.value().key_id == "julius");
            CHECK(read.value().kind == 2);
        } else {
            CHECK(read.error() == login_refusal::unknown_certificate_type);
        }
        ++cases;
    }
    std::cout << "ssh-public-keys/keys.jsonl: " << cases << " certificates\n";
}
