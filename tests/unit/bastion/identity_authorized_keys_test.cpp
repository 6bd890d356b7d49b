#include "bastion/identity/authorized_keys.hpp"

#include "tests/unit/bastion/certificate_mint.hpp"
#include "tests/unit/bastion/fixtures.hpp"
#include "tests/unit/http/shared_data.hpp"

#include <catch2/catch.hpp>

#include <iostream>

using namespace gatehouse::bastion;
using namespace gatehouse::test;
using namespace std::string_literals;

namespace {

std::string line_of(std::string_view name)
{
    return made_by_openssh(name).line;
}

// What is wrong with a line; "" when it counts.
std::string error_of(std::string_view line, const key_rules& rules = {})
{
    const auto read = parse_authorized_keys(line, rules);
    REQUIRE(read.keys.size() + read.refused.size() == 1);
    return read.refused.empty() ? "" : read.refused.front().why;
}

// One of OpenSSH's test keys.
std::string security_key_line()
{
    return "sk-ssh-ed25519@openssh.com "
           "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAICFo/k5LU8863u66YC9eUO2170Qduoh"
           "PURkQnbLa/dczAAAABHNzaDo=";
}

}  // namespace

TEST_CASE("a file of keys is read line by line", "[bastion][identity][authorized_keys]")
{
    const auto read = parse_authorized_keys(
        "# who may come in\n\n" + line_of("user_ed25519") + " alice's laptop\n" +
            "  \t restrict,command=\"echo # a\"\t " + line_of("user_rsa") + "\r\n" + "not a key\n" +
            "   # another comment\n" + "cert-authority,principals=\"ops\" " + line_of("ca_p256"),
        {});
    REQUIRE(read.keys.size() == 3);
    CHECK(read.keys[0].key == key_named("user_ed25519"));
    CHECK(read.keys[0].comment == "alice's laptop");
    CHECK(read.keys[0].line == 3);
    CHECK(read.keys[0].options.allowed.forwarding);
    CHECK(read.keys[1].key == key_named("user_rsa"));
    CHECK(read.keys[1].comment.empty());
    CHECK(read.keys[1].line == 4);
    CHECK_FALSE(read.keys[1].options.allowed.forwarding);
    CHECK(read.keys[2].options.authority);
    CHECK(read.keys[2].options.principals == std::vector<std::string>{"ops"});
    REQUIRE(read.refused.size() == 1);
    CHECK(read.refused[0].line == 5);
    CHECK(read.refused[0].why == "no public key");
}

TEST_CASE("an empty file lets nobody in", "[bastion][identity][authorized_keys]")
{
    const auto* const text = GENERATE("", "\n", "\n\n \t\r\n#x", "# ssh-ed25519 AAAA");
    const auto read = parse_authorized_keys(text, {});
    CHECK(read.keys.empty());
    CHECK(read.refused.empty());
}

TEST_CASE("a line that is refused says why", "[bastion][identity][authorized_keys]")
{
    const auto key = line_of("user_ed25519");
    CHECK(error_of(line_of("user_rsa2048")) == "the RSA key has fewer than 3072 bits");
    CHECK(error_of(line_of("user_rsa2048"), {.least_rsa_bits = 2048}).empty());
    CHECK(error_of(line_of("user_dss")) == "keys of type 'ssh-dss' are too weak");
    CHECK(error_of(line_of("of_ed25519")) == "a certificate is not listed itself: the key of its CA is");
    CHECK(error_of(key, {.fips = true}) == "keys of type 'ssh-ed25519' are not allowed by FIPS 140-3");
    CHECK(error_of("future " + key) == "unknown option 'future'");
    CHECK(error_of("command=\"a b " + key) == "a quote is not closed");
    CHECK(error_of("restrict " + key.substr(0, key.size() - 4)) == "the key is damaged");
    CHECK(error_of("restrict " + key.substr(0, key.size() - 1)) == "no public key");
    CHECK(error_of("ssh-rsa " + key.substr(key.find(' ') + 1)) ==
          "no public key");  // the key says ssh-ed25519
    CHECK(error_of("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAA==") == "the key is damaged");
    CHECK(error_of("cert-authority " + line_of("ca_rsa2048")) == "the RSA key has fewer than 3072 bits");
    CHECK(error_of(key + ' ' + std::string(8192, 'x')) == "the line is longer than 8192 bytes");
    CHECK(error_of("restrict, " + key) == "a comma with no option behind it");
    CHECK(error_of(key.substr(0, 30) + '\0' + key.substr(31)) == "no public key");
}

TEST_CASE("security keys need the switch", "[bastion][identity][authorized_keys]")
{
    const auto line = security_key_line();
    const auto off =
        "keys of type 'sk-ssh-ed25519@openssh.com' are not switched on, and sign no certificates"s;
    CHECK(error_of(line) == off);
    CHECK(error_of(line, {.security_keys = true}).empty());
    CHECK(error_of("no-touch-required " + line, {.security_keys = true}).empty());
    CHECK(error_of("cert-authority " + line, {.security_keys = true}) == off);
    CHECK(error_of("verify-required " + line, {.security_keys = true}) ==
          "verify-required cannot be enforced here");
    CHECK(error_of("verify-required " + line_of("user_ed25519")).empty());  // sshd asks security keys only
}

TEST_CASE("one bad key of OpenSSH's takes no other with it", "[bastion][identity][authorized_keys][shared]")
{
    std::string text;
    std::size_t lines = 0, good = 0;
    for (const auto& each : shared_lines("ssh-public-keys/keys.jsonl")) {
        const auto type = text_of(each, "type");
        text += text_of(each, "line") + '\n';
        ++lines;
        good += parse_key_type(type) && !is_security_key(*parse_key_type(type)) && type != "ssh-rsa" ? 1 : 0;
    }
    const auto read = parse_authorized_keys(text + line_of("user_p521"), {});
    CHECK(read.keys.size() == good + 1);
    CHECK(read.refused.size() == lines - good);
    CHECK(read.keys.back().key == key_named("user_p521"));
    for (const auto& each : read.refused) CHECK(each.why != "no public key");
    std::cout << "ssh-public-keys/keys.jsonl: " << lines << " lines, " << read.keys.size() - 1
              << " may log in\n";
}
