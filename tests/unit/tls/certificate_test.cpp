#include "lb/tls/certificate.hpp"

#include "tests/support/certificates.hpp"

#include <catch2/catch.hpp>

#include <openssl/pem.h>

#include <fstream>
#include <iterator>

using namespace gatehouse;
using Catch::Matchers::Contains;

namespace {

std::string content_of(const std::string& file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string encrypted_pem(EVP_PKEY* key)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    char phrase[] = "secret";
    PEM_write_bio_PKCS8PrivateKey(out.get(), key, EVP_aes_128_cbc(), phrase, 6, nullptr, nullptr);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("a certificate tells its names, chain and end", "[tls][certificate]")
{
    test::certificate_mint mint;
    const auto root = mint.make({.common_name = "root", .authority = true});
    const auto middle = mint.make({.common_name = "middle", .authority = true, .issuer = &root});
    const auto leaf = mint.make({.common_name = "Site",
                                 .names = {"WWW.example.com", "*.example.com", "10.0.0.1", "2001:db8::1"},
                                 .issuer = &middle,
                                 .lifetime = std::chrono::hours(2)});
    const auto read = lb::read_certificate({leaf.certificate_file, leaf.key_file});
    CHECK(read.names ==
          std::vector<std::string>{"*.example.com", "10.0.0.1", "2001:db8::1", "www.example.com"});
    CHECK(read.subject == "Site");
    CHECK(sk_X509_num(read.chain.get()) == 1);
    CHECK(std::abs(read.not_after - (std::time(nullptr) + 3600)) < 60);
}

TEST_CASE("a certificate without alternative names goes by its common name", "[tls][certificate]")
{
    test::certificate_mint mint;
    const auto old = mint.make({.common_name = "Old.example.com"});
    const auto read = lb::read_certificate({old.certificate_file, old.key_file});
    CHECK(read.names == std::vector<std::string>{"old.example.com"});
}

TEST_CASE("a certificate without a common name is called by its first name", "[tls][certificate]")
{
    test::certificate_mint mint;
    const auto made = mint.make({.common_name = "", .names = {"a.example.com", "b.example.com"}});
    CHECK(lb::read_certificate({made.certificate_file, made.key_file}).subject == "a.example.com");
}

TEST_CASE("a certificate and its key may share one file", "[tls][certificate]")
{
    test::certificate_mint mint;
    const auto made = mint.make({.common_name = "both"});
    const auto both =
        mint.files().write("both.pem", content_of(made.key_file) + content_of(made.certificate_file));
    CHECK(lb::read_certificate({both, both}).subject == "both");
}

TEST_CASE("what is wrong with a certificate names the file", "[tls][certificate]")
{
    test::certificate_mint mint;
    const auto good = mint.make({.common_name = "good"});
    const auto other = mint.make({.common_name = "other"});
    const auto refuse = [](const std::string& file, const std::string& key, const std::string& why) {
        CHECK_THROWS_WITH(lb::read_certificate({file, key}), Contains(why));
    };
    refuse("/nowhere/x.crt", good.key_file, "/nowhere/x.crt: No such file or directory");
    refuse(good.certificate_file, "/nowhere/x.key", "/nowhere/x.key: No such file or directory");

    const auto junk = mint.files().write("junk.pem", "not PEM\n");
    refuse(junk, good.key_file, "junk.pem: no certificate in PEM form");
    refuse(good.certificate_file, junk, "junk.pem: no private key in PEM form");

    auto text = content_of(good.certificate_file);
    const auto cut = mint.files().write("cut.pem", text + text.substr(0, text.size() / 2));
    refuse(cut, good.key_file, "cut.pem: a broken certificate in the chain");

    refuse(good.certificate_file, other.key_file,
           "not the key of the certificate in " + good.certificate_file);

    const auto locked = mint.files().write("locked.key", encrypted_pem(good.key.get()));
    refuse(good.certificate_file, locked, "locked.key: the private key is protected by a pass phrase");
}
