#include "lb/tls/channel.hpp"

#include "tests/unit/tls/peer.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace gatehouse;
using lb::tls_channel;
using status = tls_channel::status;

namespace {

struct fixture {
    test::certificate_mint mint;
    lb::ticket_keys keys;
    lb::server_context context{test::https_listener({mint.make({.common_name = "site"})}), keys};
    std::mt19937 random{20240229};

    tls_channel server() const { return {context.first(), tls_channel::role::server}; }

    std::string noise(std::size_t size)
    {
        std::string made(size, '\0');
        for (auto& c : made) c = static_cast<char>(random());
        return made;
    }

    // Flips, cuts, repeats or inserts somewhere in `bytes`.
    std::string mutated(std::string bytes)
    {
        for (auto edits = 1 + random() % 4; edits > 0 && !bytes.empty(); --edits) {
            const auto at = random() % bytes.size();
            switch (random() % 4) {
            case 0:
                bytes[at] = static_cast<char>(random());
                break;
            case 1:
                bytes.resize(at);
                break;
            case 2:
                bytes.insert(at, bytes.substr(0, random() % 64));
                break;
            default:
                bytes.insert(at, noise(random() % 16));
                break;
            }
        }
        return bytes;
    }
};

}  // namespace

TEST_CASE_METHOD(fixture, "what is no TLS fails with an alert", "[tls][garbage]")
{
    auto at = server();
    std::string answer;
    at.feed("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
    CHECK(at.handshake(answer).state == status::failed);
    CHECK(at.error() == "http request");
    CHECK_FALSE(at.has_input());
    CHECK(at.handshake(answer).state == status::failed);
    at.feed("more");
    CHECK_FALSE(at.has_input());

    auto bad_record = server();
    answer.clear();
    bad_record.feed(
        std::string_view("\x16\x03\x01\x00\x05\x63\x00\x00\x01\x00", 10));  // no such handshake message
    CHECK(bad_record.handshake(answer).state == status::failed);
    CHECK(answer.substr(0, 1) == "\x15");  // alert
    CHECK_FALSE(bad_record.error().empty());
}

TEST_CASE_METHOD(fixture, "random bytes before the handshake never do harm", "[tls][garbage]")
{
    for (int round = 0; round < 500; ++round) {
        auto at = server();
        std::string answer;
        auto bytes = noise(random() % 600);
        if (round % 2 == 0)
            bytes.insert(0, "\x16\x03\x01\x01\x00\x01\x00\x00\xfc\x03\x03", 11);  // a hello's head
        at.feed(bytes);
        const auto seen = at.handshake(answer);
        CHECK((seen.state == status::failed || seen.state == status::want_input));
        CHECK_FALSE(at.established());
        CHECK_FALSE(at.has_input());
    }
}

TEST_CASE_METHOD(fixture, "mutated hellos never do harm", "[tls][garbage]")
{
    for (int round = 0; round < 300; ++round) {
        test::openssl_client client("example.com");
        SSL_do_handshake(client.ssl());
        const auto hello = mutated(client.take());
        auto at = server();
        std::string answer;
        at.feed(hello);
        at.handshake(answer);
        CHECK_FALSE(at.established());
    }
}

TEST_CASE_METHOD(fixture, "forged records after the handshake end the connection", "[tls][garbage]")
{
    for (int round = 0; round < 100; ++round) {
        auto at = server();
        test::openssl_client client("", [&](SSL_CTX* own) {
            SSL_CTX_set_max_proto_version(own, round % 2 == 0 ? TLS1_3_VERSION : TLS1_2_VERSION);
        });
        REQUIRE(client.shake(at));
        tls_channel::result last;
        if (round % 4 < 2) {
            const auto size = static_cast<char>(20 + random() % 100);
            auto forged = std::string("\x17\x03\x03\x00", 4) + size + noise(static_cast<std::size_t>(size));
            CHECK(test::read_all(at, forged, last).empty());
            CHECK(last.state == status::failed);
            CHECK_FALSE(at.error().empty());
        } else {
            client.write(noise(random() % 300 + 1));
            CHECK(test::read_all(at, mutated(client.take()), last).size() <= 300);
        }
        CHECK_FALSE(at.has_input());
    }
}
