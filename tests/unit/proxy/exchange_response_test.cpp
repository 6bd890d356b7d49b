#include "tests/unit/proxy/exchange_support.hpp"

#include <catch2/catch.hpp>

using namespace exchange_test;
using event = exchange::response_event;
using lb::refusal;

namespace {

void get(conversation& c, std::string_view version = "1.1", std::string_view more = "")
{
    const auto head = "GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" + std::string(more) + "\r\n";
    REQUIRE(c.request(head) == refusal::none);
    c.attempt();
}

}  // namespace

TEST_CASE("a response is passed on whole and both connections stay", "[proxy][exchange]")
{
    conversation c;
    get(c);
    const auto step = c.response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=5, max=9\r\n\r\nok");
    CHECK(step.what == event::complete);
    CHECK(c.to_client.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(c.to_client.ends_with("Content-Length: 2\r\n\r\nok"));
    CHECK(c.talk.keep_target_connection());
    CHECK_FALSE(c.talk.client_must_close());
    CHECK(c.talk.target_idle_seconds() == 5);
}

TEST_CASE("a head that arrives in pieces is kept until it is whole", "[proxy][exchange]")
{
    conversation c;
    get(c);
    const std::string all = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for (std::size_t cut = 1; cut < all.size(); ++cut) {
        get(c);
        CHECK(c.response(all.substr(0, cut)).consumed == 0);
        const auto step = c.response(all);
        CHECK(step.what == event::complete);
        CHECK(step.consumed == all.size());
    }
}

TEST_CASE("a short response is held until it is whole", "[proxy][exchange]")
{
    conversation c;
    get(c);
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
    for (const auto* part : {"", "a", "abc"}) {
        const auto step = c.response_to_hold(head + part);
        CHECK(step.what == event::held);
        CHECK(step.consumed == 0);
        CHECK(c.to_client.empty());
        CHECK_FALSE(c.talk.response_started());
    }
    CHECK(c.response_to_hold(head + "abcd").what == event::complete);
    CHECK(c.to_client.ends_with("\r\n\r\nabcd"));
}

TEST_CASE("a response that may not be held any more goes out as far as it is there", "[proxy][exchange]")
{
    conversation c;
    get(c);
    const std::string part = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab";
    CHECK(c.response_to_hold(part).what == event::held);
    const auto step = c.response(part);
    CHECK(step.what == event::need_more);
    CHECK(step.consumed == part.size());
    CHECK(c.to_client.ends_with("\r\n\r\nab"));
    CHECK(c.response_to_hold("cd").what == event::complete);
}

TEST_CASE("long, chunked and close-delimited responses are never held", "[proxy][exchange]")
{
    for (const auto* framing : {"Content-Length: 16385\r\n", "Transfer-Encoding: chunked\r\n", ""}) {
        conversation c;
        get(c);
        const auto head = "HTTP/1.1 200 OK\r\n" + std::string(framing) + "\r\n";
        CHECK(c.response_to_hold(head).what == event::need_more);
        CHECK(c.to_client.starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

TEST_CASE("an interim response before a held one is passed on once", "[proxy][exchange]")
{
    conversation c;
    get(c);
    const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", rest = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
    const auto step = c.response_to_hold(hints + rest);
    CHECK(step.what == event::held);
    CHECK(step.consumed == hints.size());
    CHECK(c.response_to_hold(rest + "x").what == event::complete);
    CHECK(c.to_client.find("103") == c.to_client.rfind("103"));
}

TEST_CASE("bytes after a response are not its own", "[proxy][exchange]")
{
    conversation c;
    get(c);
    const auto step = c.response("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
    CHECK(step.what == event::complete);
    CHECK(step.consumed == 27);
}

TEST_CASE("interim responses go to a client that knows them, and to no other", "[proxy][exchange]")
{
    const std::string two = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    conversation modern;
    get(modern);
    CHECK(modern.response(two).what == event::complete);
    CHECK(modern.to_client.starts_with("HTTP/1.1 103 Early Hints\r\n"));
    CHECK(modern.to_client.find("HTTP/1.1 200 OK") != std::string::npos);
    conversation old;
    get(old, "1.0");
    CHECK(old.response(two).what == event::complete);
    CHECK(old.to_client.find("103") == std::string::npos);
}

TEST_CASE("an HTTP/1.0 client gets a chunked response decoded and closed", "[proxy][exchange]")
{
    conversation c;
    get(c, "1.0", "Connection: keep-alive\r\n");
    const auto step = c.response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    CHECK(step.what == event::complete);
    CHECK(c.to_client.ends_with("\r\n\r\nabc"));
    CHECK(c.to_client.find("Transfer-Encoding") == std::string::npos);
    CHECK(c.talk.client_must_close());
}

TEST_CASE("a response that ends with its connection ends only with an orderly end", "[proxy][exchange]")
{
    conversation c;
    get(c);
    CHECK(c.response("HTTP/1.1 200 OK\r\n\r\nabc").what == event::need_more);
    CHECK_FALSE(c.talk.response_ends_with_close(false));
    CHECK(c.talk.response_ends_with_close(true));
    CHECK(c.talk.client_must_close());
    CHECK(c.to_client.find("Connection: close") != std::string::npos);
}

TEST_CASE("a response cut short is not complete", "[proxy][exchange]")
{
    conversation c;
    get(c);
    CHECK(c.response("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").what == event::need_more);
    CHECK_FALSE(c.talk.response_ends_with_close(true));
}

TEST_CASE("an early response closes both connections", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n") == refusal::none);
    c.attempt();
    c.body("some");
    CHECK(c.response("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n").what == event::complete);
    CHECK(c.to_client.find("Connection: close") != std::string::npos);
    CHECK(c.talk.client_must_close());
    CHECK_FALSE(c.talk.keep_target_connection());
}

TEST_CASE("an upgrade turns the exchange into a tunnel, but only when it was asked for", "[proxy][exchange]")
{
    const std::string_view answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nxyz";
    conversation c;
    get(c, "1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\n");
    CHECK(c.to_target.find("Upgrade: websocket") != std::string::npos);
    const auto step = c.response(answer);
    CHECK(step.what == event::tunnel);
    CHECK(answer.substr(step.consumed) == "xyz");
    CHECK(c.talk.tunnelled());
    CHECK_FALSE(c.talk.keep_target_connection());
    conversation plain;
    get(plain);
    CHECK(plain.response(answer).what == event::bad);
}

TEST_CASE("what is no response is bad, before and after its head", "[proxy][exchange]")
{
    for (const auto* bytes : {"HTTP/1.1 abc\r\n\r\n", "hello\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        conversation c;
        get(c);
        CHECK(c.response(bytes).what == event::bad);
    }
}

TEST_CASE("a client is told to close when its connection has to", "[proxy][exchange]")
{
    conversation c;
    get(c);
    c.response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true);
    CHECK(c.talk.client_must_close());
    CHECK(c.to_client.find("Connection: close") != std::string::npos);
    CHECK(c.talk.keep_target_connection());
}
