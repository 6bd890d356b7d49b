#include "lb/tls/server_context.hpp"

#include "tests/unit/tls/peer.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using lb::tls_channel;
using test::openssl_client;

namespace {

void only_tls12(SSL_CTX* context)
{
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
}

// What a client that asks for `name` sees of a listener.
struct visit {
    visit(const lb::server_context& at, const std::string& name, const openssl_client::setup& change = {})
        : server(at.first(), tls_channel::role::server), client(name, change),
          established(client.shake(server))
    {}
    tls_channel server;
    openssl_client client;
    bool established;
};

openssl_client::setup with_ciphers(const char* list)
{
    return [list](SSL_CTX* context) {
        only_tls12(context);
        SSL_CTX_set_cipher_list(context, list);
    };
}

openssl_client::setup with_alpn(std::string_view list)
{
    return [list](SSL_CTX* context) {
        SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(list.data()),
                                static_cast<unsigned>(list.size()));
    };
}

}  // namespace

TEST_CASE("policy modern speaks TLS 1.3 only", "[tls][server_context]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const lb::server_context context(
        test::https_listener({mint.make({.common_name = "site"})}, conf::tls_policy::modern), keys);
    const visit current(context, "");
    CHECK(current.established);
    CHECK(current.server.version() == "TLSv1.3");
    CHECK(current.server.cipher() == "TLS_AES_128_GCM_SHA256");

    const visit old(context, "", only_tls12);
    CHECK_FALSE(old.established);
    CHECK(old.server.error() == "unsupported protocol");
}

TEST_CASE("policy intermediate accepts TLS 1.2 with ephemeral keys and AEAD only", "[tls][server_context]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const lb::server_context context(
        test::https_listener({mint.make({.common_name = "site", .key = test::key_kind::rsa_2048})}), keys);
    CHECK(visit(context, "").server.version() == "TLSv1.3");

    const visit old(context, "", only_tls12);
    CHECK(old.established);
    CHECK(old.server.version() == "TLSv1.2");
    CHECK(old.server.cipher() == "ECDHE-RSA-AES128-GCM-SHA256");

    CHECK_FALSE(visit(context, "", with_ciphers("ECDHE-RSA-AES128-SHA256")).established);  // CBC
    CHECK_FALSE(visit(context, "", with_ciphers("AES128-GCM-SHA256")).established);       // RSA key exchange
    CHECK_FALSE(visit(context, "", with_ciphers("DHE-RSA-AES128-GCM-SHA256")).established);
    CHECK_FALSE(visit(context, "", [](SSL_CTX* client) {
                    SSL_CTX_set_security_level(client, 0);
                    SSL_CTX_set_min_proto_version(client, TLS1_VERSION);
                    SSL_CTX_set_max_proto_version(client, TLS1_1_VERSION);
                }).established);
}

TEST_CASE("a client that prefers ChaCha20 gets it", "[tls][server_context]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const lb::server_context context(test::https_listener({mint.make({.common_name = "site"})}), keys);
    const visit phone(context, "", [](SSL_CTX* client) {
        SSL_CTX_set_ciphersuites(client, "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256");
    });
    CHECK(phone.server.cipher() == "TLS_CHACHA20_POLY1305_SHA256");
}

TEST_CASE("the server name picks the certificate", "[tls][server_context]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const lb::server_context context(
        test::https_listener(
            {mint.make({.common_name = "first", .names = {"example.com"}}),
             mint.make({.common_name = "wild", .names = {"*.example.com"}}),
             mint.make({.common_name = "shop", .names = {"shop.example.com", "192.0.2.7"}})}),
        keys);
    const auto seen = [&](const std::string& name) {
        return visit(context, name).client.server_common_name();
    };
    CHECK(seen("example.com") == "first");
    CHECK(seen("Shop.Example.COM") == "shop");
    CHECK(seen("api.example.com") == "wild");
    CHECK(seen("a.b.example.com") == "first");
    CHECK(seen("192.0.2.7") == "shop");
    CHECK(seen("example.org") == "first");
    CHECK(seen("") == "first");
    CHECK(visit(context, "api.example.com").server.server_name() == "api.example.com");
    CHECK(visit(context, "api.example.com", only_tls12).client.server_common_name() == "wild");
    CHECK(visit(context, "").server.server_name().empty());
}

TEST_CASE("the server name still counts after a retry of the client's hello", "[tls][server_context]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const lb::server_context context(
        test::https_listener({mint.make({.common_name = "first", .names = {"example.com"}}),
                              mint.make({.common_name = "shop", .names = {"shop.example.com"}})}),
        keys);
    const visit retried(context, "shop.example.com", [](SSL_CTX* client) {
        SSL_CTX_set1_groups_list(client, "P-521:P-256");  // the key share is of a group we do not have
    });
    CHECK(retried.established);
    CHECK(retried.client.server_common_name() == "shop");
}

TEST_CASE("ECDSA and RSA certificates for the same names serve side by side", "[tls][server_context]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const lb::server_context context(
        test::https_listener({mint.make({.common_name = "first", .names = {"example.org"}}),
                              mint.make({.common_name = "ec", .names = {"example.com", "www.example.com"}}),
                              mint.make({.common_name = "rsa",
                                         .names = {"www.example.com", "example.com"},
                                         .key = test::key_kind::rsa_2048})}),
        keys);
    const auto key_type = [&](const char* algorithms) {
        return visit(context, "www.example.com",
                     [&](SSL_CTX* client) { SSL_CTX_set1_sigalgs_list(client, algorithms); })
            .client.server_key_type();
    };
    CHECK(key_type("ECDSA+SHA256") == EVP_PKEY_EC);
    CHECK(key_type("RSA-PSS+SHA256") == EVP_PKEY_RSA);
    CHECK(
        visit(context, "example.com", with_ciphers("ECDHE-RSA-AES128-GCM-SHA256")).client.server_key_type() ==
        EVP_PKEY_RSA);
    CHECK(visit(context, "example.com", with_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256"))
              .client.server_key_type() == EVP_PKEY_EC);
}

TEST_CASE("ALPN chooses http/1.1 and goes on without it", "[tls][server_context]")
{
    using namespace std::string_view_literals;
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const lb::server_context context(test::https_listener({mint.make({.common_name = "site"})}), keys);
    const auto chosen = [&](std::string_view offered) {
        const visit made(context, "", with_alpn(offered));
        CHECK(made.established);
        return made.client.protocol();
    };
    CHECK(chosen("\x02h2\x08http/1.1"sv) == "http/1.1");
    CHECK(chosen("\x08http/1.1"sv) == "http/1.1");
    CHECK(chosen("\x02h2"sv).empty());
    CHECK(visit(context, "").client.protocol().empty());
}

TEST_CASE("a handshake may outlive the context it began with", "[tls][server_context]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    auto context = std::make_unique<lb::server_context>(
        test::https_listener({mint.make({.common_name = "first", .names = {"example.com"}}),
                              mint.make({.common_name = "shop", .names = {"shop.example.com"}})}),
        keys);
    tls_channel server(context->first(), tls_channel::role::server);
    context.reset();  // a reload
    openssl_client client("shop.example.com");
    CHECK(client.shake(server));
    CHECK(client.server_common_name() == "shop");
}

TEST_CASE("a listener's certificates are listed with their end", "[tls][server_context]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const auto first = mint.make({.common_name = "first", .names = {"example.com"}});
    const auto second = mint.make({.common_name = "", .names = {"example.org"}});
    const lb::server_context context(test::https_listener({first, second}), keys);
    REQUIRE(context.certificates().size() == 2);
    CHECK(context.certificates()[0].listener == "public");
    CHECK(context.certificates()[0].file == first.certificate_file);
    CHECK(context.certificates()[0].subject == "first");
    CHECK(context.certificates()[1].subject == "example.org");
    CHECK(context.certificates()[1].not_after > std::time(nullptr));
}

TEST_CASE("a certificate that cannot be used is an error at once", "[tls][server_context]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    auto broken = mint.make({.common_name = "site"});
    broken.key_file = mint.make({.common_name = "other"}).key_file;
    CHECK_THROWS_WITH(lb::server_context(test::https_listener({broken}), keys),
                      Catch::Matchers::Contains(broken.key_file));
    CHECK_THROWS_WITH(lb::server_context(test::https_listener({}), keys),
                      Catch::Matchers::Contains("no certificate"));
}
