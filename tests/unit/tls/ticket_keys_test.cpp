#include "lb/tls/ticket_keys.hpp"

#include "tests/unit/tls/peer.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace gatehouse;
using lb::tls_channel;
using session_ptr = std::shared_ptr<SSL_SESSION>;

namespace {

struct outcome {
    bool established = false, resumed = false;
    session_ptr next;
};

// One connection that tries to resume `earlier`, and the session it ends with.
outcome connect(const lb::server_context& to, const session_ptr& earlier, int version)
{
    tls_channel server(to.first(), tls_channel::role::server);
    test::openssl_client client("example.com",
                                [&](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, version); });
    if (earlier) client.resume(earlier);
    outcome seen;
    seen.established = client.shake(server);
    seen.resumed = server.resumed();
    seen.next = client.session();
    return seen;
}

std::string ticket_of(const session_ptr& session)
{
    const unsigned char* bytes = nullptr;
    std::size_t size = 0;
    SSL_SESSION_get0_ticket(session.get(), &bytes, &size);
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

TEST_CASE("sessions are resumed by tickets", "[tls][ticket_keys]")
{
    const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const auto settings =
        test::https_listener({mint.make({.common_name = "first", .names = {"example.org"}}),
                              mint.make({.common_name = "second", .names = {"example.com"}})});
    const lb::server_context one(settings, keys), other(settings, keys);

    const auto first = connect(one, nullptr, version);
    REQUIRE(first.established);
    CHECK_FALSE(first.resumed);

    SECTION("of one worker at another")
    {
        const auto second = connect(other, first.next, version);
        CHECK(second.established);
        CHECK(second.resumed);
    }
    SECTION("of the newest key, renewed in TLS 1.3 only, where a ticket serves once")
    {
        const auto second = connect(one, first.next, version);
        CHECK((ticket_of(second.next) != ticket_of(first.next)) == (version == TLS1_3_VERSION));
        CHECK(connect(one, second.next, version).resumed);
    }
    SECTION("of the two keys before it, and renewed")
    {
        keys.rotate();
        keys.rotate();
        const auto second = connect(other, first.next, version);
        CHECK(second.resumed);
        CHECK(ticket_of(second.next).substr(0, 16) != ticket_of(first.next).substr(0, 16));  // the key's name
        keys.rotate();
        keys.rotate();
        CHECK(connect(one, second.next, version).resumed);
    }
    SECTION("but not of a key that three rotations have buried")
    {
        for (int i = 0; i < 3; ++i) keys.rotate();
        const auto second = connect(one, first.next, version);
        CHECK(second.established);
        CHECK_FALSE(second.resumed);
    }
    SECTION("but not of another process's keys")
    {
        lb::ticket_keys theirs;
        const lb::server_context stranger(settings, theirs);
        const auto second = connect(stranger, first.next, version);
        CHECK(second.established);
        CHECK_FALSE(second.resumed);
    }
    SECTION("but not at another listener")
    {
        auto elsewhere = settings;
        elsewhere.name = "hidden";
        const auto second = connect(lb::server_context(elsewhere, keys), first.next, version);
        CHECK_FALSE(second.resumed);
    }
}

TEST_CASE("a TLS 1.3 connection costs one ticket", "[tls][ticket_keys]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const lb::server_context context(test::https_listener({mint.make({.common_name = "site"})}), keys);
    tls_channel server(context.first(), tls_channel::role::server);
    int tickets = 0;
    test::openssl_client client;
    SSL_set_msg_callback(client.ssl(),
                         [](int sent, int, int type, const void* bytes, std::size_t, SSL*, void* count) {
                             if (!sent && type == SSL3_RT_HANDSHAKE &&
                                 *static_cast<const unsigned char*>(bytes) == SSL3_MT_NEWSESSION_TICKET)
                                 ++*static_cast<int*>(count);
                         });
    SSL_set_msg_callback_arg(client.ssl(), &tickets);
    REQUIRE(client.shake(server));
    client.read();
    CHECK(tickets == 1);
}

TEST_CASE("keys rotate under handshakes on other threads", "[tls][ticket_keys]")
{
    test::certificate_mint mint;
    lb::ticket_keys keys;
    const auto settings = test::https_listener({mint.make({.common_name = "site"})});
    std::atomic<int> established{0};
    const auto work = [&] {
        const lb::server_context context(settings, keys);
        session_ptr last;
        for (int i = 0; i < 20; ++i) {
            const auto seen = connect(context, last, TLS1_3_VERSION);
            established += seen.established ? 1 : 0;
            last = seen.next;
        }
    };
    std::thread one(work), other(work);
    for (int i = 0; i < 100; ++i) keys.rotate();
    one.join();
    other.join();
    CHECK(established == 40);
}
