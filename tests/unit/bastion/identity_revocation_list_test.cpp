#include "bastion/identity/revocation_list.hpp"

#include "bastion/identity/ssh_reader.hpp"
#include "tests/unit/bastion/certificate_mint.hpp"
#include "tests/unit/bastion/fixtures.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace gatehouse::bastion;
using namespace gatehouse::test;
using namespace std::string_literals;

namespace {

// What is wrong with the file; "" when it is read.
std::string error_of(std::string_view file)
{
    const auto read = revocation_list::parse(file);
    return read ? "" : read.error();
}

revocation_list openssh_list(std::string_view name)
{
    return *revocation_list::parse(made_by_openssh(name).blob);
}

certificate openssh_certificate(std::string_view name)
{
    return certificate::parse(made_by_openssh(name).blob).value();
}

std::string number(std::uint64_t value, unsigned bytes)
{
    std::string made;
    while (bytes-- > 0) made += static_cast<char>(value >> (8 * bytes) & 0xff);
    return made;
}

const std::string header = "SSHKRL\n\0"s + number(1, 4) + number(1, 8) + number(0, 8) + number(0, 8) +
                           ssh_text("") + ssh_text("comment");

std::string section(unsigned kind, std::string_view body)
{
    return number(kind, 1) + ssh_text(body);
}

std::string krl_with(unsigned kind, std::string_view body)
{
    return header + section(kind, body);
}

std::string of_ca(std::string_view ca, unsigned kind, std::string_view body)
{
    return krl_with(1, ssh_text(ca) + ssh_text("") + section(kind, body));
}

const std::string& ca_blob()
{
    return made_by_openssh("ca_ed25519").blob;
}

}  // namespace

TEST_CASE("a KRL of ssh-keygen takes serials back", "[bastion][identity][revocation_list]")
{
    const auto list = openssh_list("krl_serials");
    CHECK(list.revokes(openssh_certificate("of_ed25519")));     // 7
    CHECK(list.revokes(openssh_certificate("serial_1000")));    // in 900-1100
    CHECK_FALSE(list.revokes(openssh_certificate("by_p256")));  // 7, of another CA
    CHECK_FALSE(list.revokes(openssh_certificate("no_serial")));
    CHECK_FALSE(list.revokes(key_named("user_ed25519")));

    const auto bitmap = openssh_list("krl_bitmap");
    CHECK(bitmap.revokes(openssh_certificate("of_ed25519")));
    CHECK_FALSE(bitmap.revokes(openssh_certificate("serial_1000")));
}

TEST_CASE("a KRL of ssh-keygen takes key ids back", "[bastion][identity][revocation_list]")
{
    for (const auto* const name : {"krl_id", "krl_any_ca"}) {
        CAPTURE(name);
        const auto list = openssh_list(name);
        CHECK(list.revokes(openssh_certificate("of_ed25519")));
        CHECK_FALSE(list.revokes(openssh_certificate("of_p256")));
    }
    const certificate_mint other;
    const auto same_id = certificate::parse(other.make({.key_id = "of_ed25519@example"})).value();
    CHECK(openssh_list("krl_any_ca").revokes(same_id));
    CHECK_FALSE(openssh_list("krl_id").revokes(same_id));
}

TEST_CASE("a KRL of ssh-keygen takes keys back, and what hangs on them",
          "[bastion][identity][revocation_list]")
{
    for (const auto* const name : {"krl_keys", "krl_sha1", "krl_sha256"}) {
        CAPTURE(name);
        const auto list = openssh_list(name);
        CHECK(list.revokes(key_named("user_ed25519")));
        CHECK(list.revokes(openssh_certificate("of_ed25519")));
        CHECK_FALSE(list.revokes(key_named("user_p256")));
        CHECK_FALSE(list.revokes(openssh_certificate("of_p256")));
    }
    CHECK(openssh_list("krl_keys").revokes(openssh_certificate("by_p256")));
    CHECK_FALSE(openssh_list("krl_empty").revokes(openssh_certificate("of_ed25519")));
}

TEST_CASE("every list revokes what ssh-keygen -Q says", "[bastion][identity][revocation_list]")
{
    std::ifstream verdicts(GATEHOUSE_SOURCE_DIR "/tests/unit/bastion/fixtures/verdicts.txt");
    std::size_t cases = 0;
    for (std::string list, name, verdict; verdicts >> list >> name >> verdict; ++cases) {
        CAPTURE(list, name);
        const auto read = openssh_list(list);
        const auto& blob = made_by_openssh(name).blob;
        const auto key = public_key::parse(blob);
        if (!key && key.error() == login_refusal::dss_key) continue;
        CHECK((key ? read.revokes(*key) : read.revokes(certificate::parse(blob).value())) ==
              (verdict == "REVOKED"));
    }
    CHECK(cases > 300);
}

TEST_CASE("a KRL that was cut or that goes on is refused", "[bastion][identity][revocation_list]")
{
    const auto* const name =
        GENERATE("krl_serials", "krl_bitmap", "krl_id", "krl_keys", "krl_sha1", "krl_sha256");
    const auto& file = made_by_openssh(name).blob;
    for (std::size_t size = 1; size < file.size(); ++size)
        if (size != header.size() - std::string("comment").size())  // a list without sections is whole
            CHECK_FALSE(error_of(file.substr(0, size)).empty());
    CHECK(error_of(file + '\0') == "the list is cut or damaged");
}

TEST_CASE("sections that OpenSSH refuses are refused", "[bastion][identity][revocation_list]")
{
    const auto damaged = "the list is cut or damaged"s;
    CHECK(error_of(header).empty());
    CHECK(error_of("SSHKRL\n\1" + header.substr(8)) == "it does not begin as a KRL");
    CHECK(error_of("SSHKRL\n\0"s + number(2, 4) + header.substr(12)) == "a KRL of an unknown version");
    CHECK(error_of(krl_with(6, "")) == "a KRL section of unknown type 6");
    CHECK(error_of(krl_with(4, ca_blob()) + ssh_text("signature")) ==
          "a signed KRL: the signature cannot be checked here");
    CHECK(error_of(krl_with(3, ssh_text(std::string(19, 'x')))) == damaged);
    CHECK(error_of(krl_with(5, ssh_text(std::string(20, 'x')))) == damaged);
    CHECK(error_of(krl_with(5, ssh_text(std::string(32, 'x')))).empty());
    CHECK(error_of(krl_with(2, "x")) == damaged);
    CHECK(error_of(krl_with(1, "")) == damaged);
    CHECK(error_of(krl_with(1, ssh_text("x") + ssh_text(""))) ==
          "the KRL names a CA by what is no public key");
    CHECK(error_of(krl_with(1, ssh_text(made_by_openssh("of_ed25519").blob) + ssh_text(""))) ==
          "the KRL names a CA by what is no public key");
    CHECK(error_of(krl_with(1, ssh_text(made_by_openssh("user_dss").blob) + ssh_text(""))).empty());
    CHECK(error_of(of_ca(ca_blob(), 0x24, "")) == "a certificate section of unknown type 36 in the KRL");
    CHECK(error_of(of_ca(ca_blob(), 0x20, number(0, 8))) == "the KRL revokes serial 0, which means \"none\"");
    CHECK(error_of(of_ca(ca_blob(), 0x20, number(1, 7))) == damaged);
    CHECK(error_of(of_ca(ca_blob(), 0x21, number(6, 8) + number(5, 8))) ==
          "the KRL has a range of serials that is none");
    CHECK(error_of(of_ca(ca_blob(), 0x21, number(5, 8))) == damaged);
    CHECK(error_of(of_ca(ca_blob(), 0x21, number(5, 8) + number(5, 8) + "x")) == damaged);
    CHECK(error_of(of_ca(ca_blob(), 0x22, number(~0ULL, 8) + ssh_text("\2"))) ==
          "the KRL has a bitmap of serials that begins at 0 or wraps around");
    CHECK(error_of(of_ca(ca_blob(), 0x22, number(1, 8) + ssh_text("\x80"))) == damaged);
    CHECK(error_of(of_ca(ca_blob(), 0x22, number(1, 8) + ssh_text("\1" + std::string(2048, 'x')))).empty());
    CHECK(error_of(of_ca(ca_blob(), 0x22, number(1, 8) + ssh_text("\1" + std::string(2049, 'x')))) ==
          damaged);
    CHECK(error_of(of_ca(ca_blob(), 0x23, ssh_text("a\0b"s))) == damaged);
}

TEST_CASE("an extension is skipped unless it is critical", "[bastion][identity][revocation_list]")
{
    const auto extension = [](char critical) {
        return ssh_text("x@example.com") + critical + ssh_text("body");
    };
    const auto critical = "the KRL has the critical extension 'x@example.com', which is unknown"s;
    CHECK(error_of(krl_with(255, extension('\0'))).empty());
    CHECK(error_of(krl_with(255, extension('\1'))) == critical);
    CHECK(error_of(krl_with(255, extension('\0') + 'x')) == "the list is cut or damaged");
    CHECK(error_of(of_ca(ca_blob(), 0x39, extension('\0'))).empty());
    CHECK(error_of(of_ca(ca_blob(), 0x39, extension('\1'))) == critical);
}

TEST_CASE("revocations of every CA and of one come together", "[bastion][identity][revocation_list]")
{
    const auto list = *revocation_list::parse(
        of_ca("", 0x20, number(8, 8)) + of_ca(ca_blob(), 0x20, number(7, 8)).substr(header.size()) +
        of_ca(ca_blob(), 0x21, number(999, 8) + number(1001, 8)).substr(header.size()));
    const certificate_mint other;
    CHECK(list.revokes(openssh_certificate("of_ed25519")));
    CHECK(list.revokes(openssh_certificate("serial_1000")));
    CHECK(list.revokes(certificate::parse(other.make({.serial = 8})).value()));
    CHECK_FALSE(list.revokes(certificate::parse(other.make({.serial = 7})).value()));
}

TEST_CASE("a text file revokes by line", "[bastion][identity][revocation_list]")
{
    const auto line = [](std::string_view name) { return made_by_openssh(name).line; };
    const auto list =
        *revocation_list::parse("# gone\n\n  " + line("user_ed25519") + " a comment\r\n" + line("user_dss") +
                                '\n' + line("of_rsa") + '\n' + line("ca_p256"));
    CHECK(list.revokes(key_named("user_ed25519")));
    CHECK(list.revokes(openssh_certificate("of_ed25519")));
    CHECK(list.revokes(key_named("user_rsa")));  // by the certificate that was listed
    CHECK(list.revokes(openssh_certificate("by_p256")));
    CHECK_FALSE(list.revokes(key_named("user_p256")));
    CHECK_FALSE(list.revokes(openssh_certificate("of_p256")));
    CHECK(error_of("").empty());
}

TEST_CASE("whoever a revoked CA signed for is revoked", "[bastion][identity][revocation_list]")
{
    const auto list = *revocation_list::parse(made_by_openssh("ca_p256").line);
    CHECK(list.revokes(openssh_certificate("by_p256")));
    CHECK_FALSE(list.revokes(openssh_certificate("by_p384")));  // for the same key
}

TEST_CASE("a text file with another line is refused", "[bastion][identity][revocation_list]")
{
    const auto key = made_by_openssh("user_ed25519").line;
    CHECK(error_of(key + "\nrubbish\n") == "line 2 is no public key");
    CHECK(error_of("restrict " + key) == "line 1 is no public key");
    CHECK(error_of("\n" + key.substr(0, key.size() - 1)) == "line 2 is no public key");
    CHECK(error_of("ssh-rsa" + key.substr(key.find(' '))) == "line 1 is no public key");
    CHECK(error_of("SSHKRL") == "line 1 is no public key");
    CHECK(error_of("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAA==") == "line 1 is no public key");
    const auto cut = made_by_openssh("of_rsa").line;
    CHECK(error_of(cut.substr(0, cut.size() - 4)) == "line 1 is no public key");
}
