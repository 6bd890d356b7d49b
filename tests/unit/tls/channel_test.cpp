#include "lb/tls/channel.hpp"

#include "tests/unit/tls/peer.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace gatehouse;
using lb::tls_channel;
using status = tls_channel::status;

namespace {

struct fixture {
    test::certificate_mint mint;
    lb::ticket_keys keys;
    lb::server_context context{test::https_listener({mint.make({.common_name = "site"})}), keys};
    lb::ssl_ctx_ptr to_target = lb::make_target_context({.verify = false, .ca = {}, .server_name = {}});

    test::channel_pair pair() const { return {to_target.get(), context.first(), "example.com"}; }
    tls_channel server() const { return {context.first(), tls_channel::role::server}; }
};

std::string noise(std::size_t size)
{
    std::mt19937 random(7);
    std::string made(size, '\0');
    for (auto& c : made) c = static_cast<char>(random());
    return made;
}

std::string taken(BIO* from)
{
    std::string bytes(BIO_ctrl_pending(from), '\0');
    if (!bytes.empty()) BIO_read(from, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

}  // namespace

TEST_CASE_METHOD(fixture, "two channels agree and carry bytes both ways", "[tls][channel]")
{
    auto both = pair();
    REQUIRE(both.shake());
    CHECK(both.server.version() == "TLSv1.3");
    CHECK(both.server.cipher() == both.client.cipher());
    CHECK_FALSE(both.server.resumed());

    std::string wire;
    CHECK(both.client.write("ping", wire).bytes == 4);
    tls_channel::result last;
    CHECK(test::read_all(both.server, wire, last) == "ping");
    CHECK(last.state == status::want_input);
    wire.clear();
    CHECK(both.server.write("pong", wire).bytes == 4);
    CHECK(test::read_all(both.client, wire, last) == "pong");
}

TEST_CASE_METHOD(fixture, "a megabyte passes whole, however it is cut", "[tls][channel]")
{
    const std::size_t fragment = GENERATE(as<std::size_t>{}, 1u << 30, 16384u, 1000u, 1u);
    const auto sent = noise(fragment == 1 ? 40'000 : 1 << 20);
    auto both = pair();
    REQUIRE(both.shake(fragment));
    std::string wire;
    CHECK(both.server.write(sent, wire).bytes == sent.size());
    tls_channel::result last;
    CHECK(test::read_all(both.client, wire, last, fragment) == sent);
    CHECK(last.state == status::want_input);
    CHECK_FALSE(both.client.has_input());
}

TEST_CASE_METHOD(fixture, "one read fills the caller's buffer over record borders", "[tls][channel]")
{
    auto both = pair();
    REQUIRE(both.shake());
    const auto sent = noise(100'000);
    std::string wire, answer, got(60'000, '\0');
    both.server.write(sent, wire);
    both.client.feed(wire);
    auto read = both.client.read(got.data(), got.size(), answer);
    CHECK(read.state == status::ok);
    CHECK(read.bytes == got.size());
    CHECK(both.client.has_input());
    CHECK(got == sent.substr(0, got.size()));

    both.client.keep_input();
    wire.assign(wire.size(), 'x');  // the scratch is used for something else
    read = both.client.read(got.data(), got.size(), answer);
    CHECK(read.bytes == 40'000);
    CHECK(got.substr(0, 40'000) == sent.substr(60'000));
    CHECK_FALSE(both.client.has_input());
    CHECK(both.client.read(got.data(), got.size(), answer).state == status::want_input);
}

TEST_CASE_METHOD(fixture, "kept input goes before what is fed after it", "[tls][channel]")
{
    auto both = pair();
    REQUIRE(both.shake());
    std::string first, second;
    both.client.write("one ", first);
    both.client.write("two", second);
    const auto cut = first.size() / 2;
    both.server.feed(std::string_view(first).substr(0, cut));
    both.server.keep_input();
    both.server.feed(std::string_view(first).substr(cut));
    both.server.keep_input();
    tls_channel::result last;
    CHECK(test::read_all(both.server, second, last) == "one two");
}

TEST_CASE_METHOD(fixture, "input may be kept while earlier kept input is half read", "[tls][channel]")
{
    auto both = pair();
    REQUIRE(both.shake());
    std::string first, second, answer, got(100, '\0');
    both.client.write("one ", first);
    both.client.write("two ", first);
    both.client.write("three", second);
    both.server.feed(first);
    both.server.keep_input();
    CHECK(both.server.read(got.data(), 4, answer).bytes == 4);
    both.server.feed(second);
    both.server.keep_input();
    second.assign(second.size(), 'x');
    CHECK(both.server.read(got.data() + 4, 96, answer).bytes == 9);
    CHECK(got.substr(0, 13) == "one two three");
}

TEST_CASE_METHOD(fixture, "application data may follow the client's last handshake bytes", "[tls][channel]")
{
    auto at_server = server();
    test::openssl_client client;
    std::string answer;
    SSL_do_handshake(client.ssl());
    const auto hello = client.take();
    at_server.feed(hello);
    CHECK(at_server.handshake(answer).state == status::want_input);
    CHECK_FALSE(at_server.established());
    client.give(answer);
    REQUIRE(SSL_do_handshake(client.ssl()) == 1);
    client.write("GET / HTTP/1.1\r\n");
    const auto rest = client.take();
    at_server.feed(rest);
    answer.clear();
    CHECK(at_server.handshake(answer).state == status::ok);
    CHECK(at_server.has_input());
    std::string got(100, '\0');
    CHECK(at_server.read(got.data(), got.size(), answer).bytes == 16);
}

TEST_CASE_METHOD(fixture, "only close_notify closes a channel", "[tls][channel]")
{
    auto both = pair();
    REQUIRE(both.shake());
    std::string wire;
    both.client.write("last words", wire);
    tls_channel::result last;

    SECTION("a truncated connection just wants more")
    {
        wire.pop_back();
        CHECK(test::read_all(both.server, wire, last).empty());
        CHECK(last.state == status::want_input);
        CHECK_FALSE(both.server.has_input());
        CHECK_FALSE(both.server.ended());
    }
    SECTION("and data before it comes first")
    {
        both.client.close_notify(wire);
        CHECK(test::read_all(both.server, wire, last) == "last words");
        CHECK(last.state == status::closed);
        CHECK(test::read_all(both.server, "trailing junk", last).empty());
        CHECK(last.state == status::closed);
        CHECK_FALSE(both.server.has_input());
        CHECK(both.server.ended());

        wire.clear();  // the other direction is still open: RFC 8446, section 6.1
        CHECK(both.server.write("answer", wire).state == status::ok);
        CHECK(test::read_all(both.client, wire, last) == "answer");
        wire.clear();
        both.server.close_notify(wire);
        CHECK_FALSE(wire.empty());
    }
    SECTION("once")
    {
        std::string first, second;
        both.client.close_notify(first);
        both.client.close_notify(second);
        CHECK_FALSE(first.empty());
        CHECK(second.empty());
    }
}

TEST_CASE_METHOD(fixture, "a client that leaves during the handshake has not failed", "[tls][channel]")
{
    auto at_server = server();
    test::openssl_client client("", [](SSL_CTX* own) { SSL_CTX_set_max_proto_version(own, TLS1_2_VERSION); });
    SSL_do_handshake(client.ssl());
    const auto hello = client.take();
    std::string answer;
    at_server.feed(hello);
    CHECK(at_server.handshake(answer).state == status::want_input);
    at_server.feed(std::string_view("\x15\x03\x03\x00\x02\x01\x00", 7));  // close_notify, still in clear
    CHECK(at_server.handshake(answer).state == status::closed);
    std::string nothing;
    at_server.close_notify(nothing);
    CHECK(nothing.empty());
}

TEST_CASE_METHOD(fixture, "key updates work in moderation", "[tls][channel]")
{
    auto at_server = server();
    test::openssl_client client;
    REQUIRE(client.shake(at_server));
    tls_channel::result last;
    std::string got(100, '\0'), answer;
    const auto update = [&](int count) {
        for (int i = 0; i < count; ++i) {
            SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
            SSL_do_handshake(client.ssl());
        }
        return client.take();
    };
    SECTION("with data between")
    {
        for (int i = 0; i < 3; ++i) {
            auto wire = update(30);
            client.write("data");
            wire += client.take();
            answer.clear();
            CHECK(test::read_all(at_server, wire, last, std::string::npos, &answer) == "data");
            CHECK(at_server.write("answer", answer).state == status::ok);
            client.give(answer);
            CHECK(client.read() == "answer");
        }
    }
    SECTION("but a flood of them ends the connection")
    {
        test::read_all(at_server, update(33), last);
        CHECK(last.state == status::failed);
        CHECK(at_server.error() == "too many handshake messages without data");
        CHECK(at_server.write("answer", answer).state == status::failed);
    }
}

TEST_CASE_METHOD(fixture, "a client cannot renegotiate", "[tls][channel]")
{
    auto at_server = server();
    test::openssl_client client("", [](SSL_CTX* own) { SSL_CTX_set_max_proto_version(own, TLS1_2_VERSION); });
    REQUIRE(client.shake(at_server));
    std::string got(100, '\0'), answer;
    REQUIRE(SSL_renegotiate(client.ssl()) == 1);
    SSL_do_handshake(client.ssl());
    const auto hello = client.take();
    at_server.feed(hello);
    CHECK(at_server.read(got.data(), got.size(), answer).state == status::want_input);
    CHECK_FALSE(answer.empty());  // the no_renegotiation alert
    client.give(answer);
    CHECK(SSL_do_handshake(client.ssl()) != 1);
}

TEST_CASE_METHOD(fixture, "a target cannot renegotiate", "[tls][channel]")
{
    const std::shared_ptr<SSL> target(SSL_new(context.first()), SSL_free);
    auto* in = BIO_new(BIO_s_mem());
    auto* out = BIO_new(BIO_s_mem());
    SSL_set_bio(target.get(), in, out);
    SSL_set_accept_state(target.get());
    SSL_set_max_proto_version(target.get(), TLS1_2_VERSION);
    SSL_clear_options(target.get(), SSL_OP_NO_RENEGOTIATION);
    tls_channel ours(to_target.get(), tls_channel::role::client, "example.com");
    std::string to_send;
    for (int turn = 0; turn < 3; ++turn) {
        ours.handshake(to_send);
        if (!to_send.empty()) BIO_write(in, to_send.data(), static_cast<int>(to_send.size()));
        to_send.clear();
        SSL_do_handshake(target.get());
        const auto flight = taken(out);
        ours.feed(flight);
        ours.handshake(to_send);
        ours.keep_input();
    }
    REQUIRE(ours.established());

    SSL_renegotiate(target.get());
    SSL_do_handshake(target.get());
    tls_channel::result last;
    to_send.clear();
    test::read_all(ours, taken(out), last, std::string::npos, &to_send);
    CHECK(last.state == status::want_input);
    CHECK(to_send.substr(0, 1) == "\x15");  // the no_renegotiation alert, not a hello
}

TEST_CASE_METHOD(fixture, "a channel that moves keeps its connection", "[tls][channel]")
{
    auto both = pair();
    REQUIRE(both.shake());
    std::string wire;
    both.client.write("moved", wire);
    tls_channel moved(std::move(both.server));
    auto assigned = server();
    assigned = std::move(moved);
    tls_channel::result last;
    CHECK(test::read_all(assigned, wire, last) == "moved");
}
