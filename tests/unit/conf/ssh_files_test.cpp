#include "conf/ssh_files.hpp"
#include "tests/unit/conf/scratch.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;

namespace {

// The problem without the folder's name, or "fine".
std::string told(const scratch& folder, const std::string& name,
                 std::optional<std::string> (*check)(const std::string& path))
{
    auto problem = check(folder.path(name)).value_or("fine");
    const auto prefix = folder.path("");
    if (const auto at = problem.find(prefix); at != std::string::npos) problem.erase(at, prefix.size());
    return problem;
}

}  // namespace

TEST_CASE("a host key is one private key of OpenSSH or PEM", "[conf][ssh_files]")
{
    const scratch folder;
    folder.write_host_key("openssh");
    folder.write_key_pair("pem");
    folder.allow("pem.key", 0600);
    folder.write_host_key("locked", "aes256-ctr");
    folder.write("text", "ssh-ed25519 AAAA host\n");
    folder.write("empty", "");
    folder.write("cut", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n");
    folder.write("damaged", "-----BEGIN OPENSSH PRIVATE KEY-----\n????\n-----END OPENSSH PRIVATE KEY-----\n");
    folder.write("short", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg==\n-----END OPENSSH PRIVATE KEY-----\n");
    for (const auto* each : {"text", "empty", "cut", "damaged", "short"}) folder.allow(each, 0600);
    const auto host_key = [&](const std::string& name) { return told(folder, name, check_host_key); };
    CHECK(host_key("openssh") == "fine");
    CHECK(host_key("pem.key") == "fine");
    CHECK(host_key("locked") == "'locked' is protected by a passphrase, which cannot be asked for");
    CHECK(host_key("text") == "'text' holds no PEM private key");
    CHECK(host_key("empty") == "'empty' holds no PEM private key");
    CHECK(host_key("cut") == "'cut' holds a damaged OpenSSH private key");
    CHECK(host_key("damaged") == "'damaged' holds a damaged OpenSSH private key");
    CHECK(host_key("short") == "'short' holds a damaged OpenSSH private key");
    CHECK(host_key("none") == "cannot read 'none': No such file or directory");
    CHECK(host_key("") == "cannot read '': Is a directory");
}

TEST_CASE("a host key that others may use is refused", "[conf][ssh_files]")
{
    const scratch folder;
    folder.write_host_key("key");
    const auto with_mode = [&](unsigned mode) {
        folder.allow("key", mode);
        return told(folder, "key", check_host_key);
    };
    CHECK(with_mode(0400) == "fine");
    CHECK(with_mode(0640) == "'key' is open to others, its mode is 0640; a host key must be 0600");
    CHECK(with_mode(0604) == "'key' is open to others, its mode is 0604; a host key must be 0600");
    CHECK(with_mode(0620) == "'key' is open to others, its mode is 0620; a host key must be 0600");
    if (::geteuid() != 0) return;  // only root can give a file away
    REQUIRE(::chown(folder.path("key").c_str(), 65534, 65534) == 0);
    CHECK(with_mode(0640) == "fine");
    CHECK(with_mode(0644) == "'key' is open to others, its mode is 0644; a host key must be 0600");
}

TEST_CASE("the key of an authority is a public one", "[conf][ssh_files]")
{
    const scratch folder;
    folder.write("ca.pub", "# ours\r\n\n  ssh-ed25519 AAAA ca\n");
    folder.write("comment", "# ours\n \t\n#");
    folder.write_host_key("private");
    const auto key = [&](const std::string& name) { return told(folder, name, check_public_keys); };
    CHECK(key("ca.pub") == "fine");
    CHECK(key("comment") == "'comment' holds no public key");
    CHECK(key("private") == "'private' holds a private key; its public key (.pub) is all that is needed here");
    CHECK(key("none") == "cannot read 'none': No such file or directory");
}

TEST_CASE("lists of keys must be readable", "[conf][ssh_files]")
{
    const scratch folder;
    folder.write("alice.pub", "");
    CHECK(told(folder, "alice.pub", check_authorized_keys) == "fine");
    CHECK(told(folder, "none", check_authorized_keys) == "cannot read 'none': No such file or directory");
    CHECK(told(folder, "alice.pub", check_revocation_list) == "fine");
    CHECK(told(folder, "none", check_revocation_list) == "cannot read 'none': No such file or directory");
    folder.write("large", std::string(1024 * 1024 + 1, 'x'));
    CHECK(told(folder, "large", check_authorized_keys) == "cannot read 'large': File too large");
    CHECK(told(folder, "large", check_revocation_list) == "fine");
}
