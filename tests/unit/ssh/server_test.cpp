#include "bastion/ssh/server.hpp"
#include "tests/unit/ssh/openssh_key.hpp"

#include <catch2/catch.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

using Catch::Matchers::Contains;
using gatehouse::bastion::require_libssh;
using gatehouse::bastion::server;
using gatehouse::bastion::server_settings;
using gatehouse::test::key_handle;
using gatehouse::test::openssh_private_key;

namespace {

// Host keys, in a folder that goes with it.
class keyring {
public:
    keyring() { std::filesystem::create_directory(folder_); }
    ~keyring() { std::filesystem::remove_all(folder_); }
    keyring(const keyring&) = delete;
    keyring& operator=(const keyring&) = delete;

    std::string path(const std::string& name) const { return (folder_ / name).string(); }

    std::string ed25519(const std::string& name) const
    {
        const key_handle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        std::ofstream(path(name)) << openssh_private_key(key.get());
        return path(name);
    }
    std::string ed25519_pem(const std::string& name) const
    {
        return write(name, EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    }
    std::string ecdsa(const std::string& name, const char* curve) const
    {
        return write(name, EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
    }
    std::string rsa(const std::string& name, std::size_t bits) const
    {
        return write(name, EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
    }

private:
    std::string write(const std::string& name, EVP_PKEY* made) const
    {
        const key_handle key(made);
        const std::unique_ptr<FILE, decltype(&std::fclose)> file(std::fopen(path(name).c_str(), "w"), std::fclose);
        REQUIRE(PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
        return path(name);
    }

    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("gatehouse_host_keys." + std::to_string(::getpid()));
};

server with_keys(std::vector<std::string> paths, bool fips = false)
{
    server_settings settings;
    settings.host_keys = std::move(paths);
    settings.user_keys.fips = fips;
    return server(settings);
}

}  // namespace

TEST_CASE("the libssh of this machine will do", "[ssh][server]") { CHECK_NOTHROW(require_libssh()); }

TEST_CASE("a host key that cannot be used is named", "[ssh][server]")
{
    const keyring keys;
    SECTION("when there is none") { CHECK_THROWS_WITH(server({}), "no host key"); }
    SECTION("when it is not there")
    {
        CHECK_THROWS_WITH(with_keys({"/nowhere/host_key"}), "host key /nowhere/host_key: cannot be read");
    }
    SECTION("when it is something else")
    {
        std::ofstream(keys.path("no_key")) << "no key\n";
        CHECK_THROWS_WITH(with_keys({keys.path("no_key")}), Contains(keys.path("no_key")));
    }
    SECTION("when libssh could not sign with it")
    {
        const auto key = keys.ed25519_pem("pem");
        CHECK_THROWS_WITH(with_keys({key}), Contains(key) && Contains("OpenSSH's format"));
    }
    SECTION("when it is short")
    {
        const auto key = keys.rsa("short", 1024);
        CHECK_THROWS_WITH(with_keys({key}), Contains(key) && Contains("too small"));
    }
}

TEST_CASE("host keys of each kind may stand side by side, RSA and ECDSA as PEM, too", "[ssh][server]")
{
    const keyring keys;
    CHECK_NOTHROW(with_keys({keys.ed25519("a"), keys.ecdsa("b", "P-384"), keys.rsa("c", 2048)}));
    CHECK_NOTHROW(with_keys({keys.ecdsa("b", "P-256"), keys.rsa("c", 2048)}, true));
}

TEST_CASE("two host keys of one kind are both named", "[ssh][server]")
{
    const keyring keys;
    SECTION("the same type")
    {
        const auto one = keys.ed25519("one"), other = keys.ed25519("other");
        CHECK_THROWS_WITH(with_keys({one, keys.rsa("rsa", 2048), other}),
                          "host key " + other + ": is an Ed25519 key as " + one + " is: one of each kind is used");
    }
    SECTION("the same file twice")
    {
        const auto one = keys.ed25519("one");
        CHECK_THROWS_WITH(with_keys({one, one}), Contains(one + " is"));
    }
    SECTION("two curves, of which libssh would offer the last")
    {
        const auto one = keys.ecdsa("one", "P-256"), other = keys.ecdsa("other", "P-521");
        CHECK_THROWS_WITH(with_keys({one, other}), Contains(one) && Contains(other) && Contains("ECDSA"));
    }
}

TEST_CASE("an Ed25519 host key is refused where FIPS holds", "[ssh][server]")
{
    const keyring keys;
    const auto key = keys.ed25519("host");
    CHECK_THROWS_WITH(with_keys({keys.ecdsa("other", "P-256"), key}, true),
                      "host key " + key + ": is an Ed25519 key, which FIPS does not know");
}
