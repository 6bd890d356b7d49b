#include "tests/unit/conf/scratch.hpp"

#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <utility>

namespace gatehouse::conf::test {

scratch::scratch()
{
    auto name = (std::filesystem::temp_directory_path() / "gatehouse-conf-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
}

scratch::~scratch()
{
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string scratch::write(const std::string& name, std::string_view text) const
{
    const auto place = folder_ / name;
    std::filesystem::create_directories(place.parent_path());
    std::ofstream(place, std::ios::binary) << text;
    return place.string();
}

void scratch::write_key_pair(const std::string& name) const
{
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    REQUIRE((key && certificate));
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);

    using file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    const file out(std::fopen(path(name + ".crt").c_str(), "w"), std::fclose);
    const file key_out(std::fopen(path(name + ".key").c_str(), "w"), std::fclose);
    REQUIRE((out && key_out));
    REQUIRE(PEM_write_X509(out.get(), certificate.get()) == 1);
    REQUIRE(PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

std::string scratch::write_host_key(const std::string& name, std::string_view cipher) const
{
    std::string content("openssh-key-v1\0\0\0\0", 18);
    content += static_cast<char>(cipher.size());
    content.append(cipher).append(100, '\0');
    std::string encoded(content.size() * 2, '\0');
    const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                      reinterpret_cast<const unsigned char*>(content.data()),
                                      static_cast<int>(content.size()));
    encoded.resize(static_cast<std::size_t>(size));
    encoded.insert(70, 1, '\n');
    auto place = write(name, "-----BEGIN OPENSSH PRIVATE KEY-----\n" + encoded +
                                 "\n-----END OPENSSH PRIVATE KEY-----\n");
    allow(name, 0600);
    return place;
}

void scratch::allow(const std::string& name, unsigned mode) const
{
    std::filesystem::permissions(folder_ / name, static_cast<std::filesystem::perms>(mode));
}

environment::environment(std::string name, const std::string& value) : name_(std::move(name))
{
    ::setenv(name_.c_str(), value.c_str(), 1);
}

environment::~environment()
{
    ::unsetenv(name_.c_str());
}

}  // namespace gatehouse::conf::test
