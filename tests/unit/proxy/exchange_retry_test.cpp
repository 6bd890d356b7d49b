#include "tests/unit/proxy/exchange_support.hpp"

#include <catch2/catch.hpp>

using namespace exchange_test;
using failure = exchange::failure;
using lb::refusal;

TEST_CASE("after a failed connect any request may be repeated", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n") == refusal::none);
    for (const auto what : {failure::connect_failed, failure::connect_timeout, failure::tls_failed})
        CHECK(c.talk.repeatable_after(what, false));
}

TEST_CASE("an idempotent request is repeated with its body", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n") == refusal::none);
    c.attempt();
    c.body("abc");
    CHECK(c.talk.repeatable_after(failure::closed, true));
    c.to_target.clear();
    c.attempt();
    CHECK(c.to_target.starts_with("PUT /x HTTP/1.1\r\n"));
    CHECK(c.to_target.ends_with("\r\n\r\nabc"));
    c.body("def");
    CHECK(c.to_target.ends_with("\r\n\r\nabcdef"));
}

TEST_CASE("what is held back for a repetition is sent whole while more of the body comes", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n") == refusal::none);
    c.attempt();
    const std::string first(20'000, 'a'), second(50'000, 'b');
    c.body(first);
    lb::gather out;  // one send, as the relay makes it: the head, what was held back, and what came meanwhile
    c.talk.begin_attempt(context(), out);
    c.talk.take_request(second, out);
    CHECK(text(out).ends_with("\r\n\r\n" + first + second));
}

TEST_CASE("a body too large to hold back is sent once", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n") == refusal::none);
    c.attempt();
    c.body(std::string(70'000, 'x'));
    CHECK_FALSE(c.talk.repeatable_after(failure::closed, true));
}

TEST_CASE("a POST is repeated only while none of its body was sent on a kept connection", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n") == refusal::none);
    c.attempt();
    CHECK(c.talk.repeatable_after(failure::closed, true));
    CHECK_FALSE(c.talk.repeatable_after(failure::closed, false));
    c.body("a");
    CHECK_FALSE(c.talk.repeatable_after(failure::closed, true));
    REQUIRE(c.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") == refusal::none);
    c.attempt();
    CHECK_FALSE(c.talk.repeatable_after(failure::closed, true));
}

TEST_CASE("nothing is repeated once the client has seen an answer", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n") == refusal::none);
    c.attempt();
    c.body("abc");
    c.response("H");
    CHECK(c.talk.repeatable_after(failure::closed, false));
    const std::string part = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx";
    c.response_to_hold(part);
    CHECK(c.talk.repeatable_after(failure::closed, false));
    c.response(part);
    CHECK_FALSE(c.talk.repeatable_after(failure::closed, true));
}

TEST_CASE("a server that dies inside a short answer is repeated past those that refuse", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == refusal::none);
    c.attempt();
    c.response_to_hold("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
    REQUIRE(c.talk.repeatable_after(failure::closed, false));
    for (const auto what : {failure::connect_failed, failure::connect_timeout, failure::tls_failed})
        CHECK(c.talk.repeatable_after(what, false));
}

TEST_CASE("an interim response that reached the client ends repetition", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == refusal::none);
    c.attempt();
    c.response("HTTP/1.1 103 Early Hints\r\n\r\n");
    CHECK_FALSE(c.talk.repeatable_after(failure::closed, true));
}

TEST_CASE("a POST whose answer has begun is not repeated", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n") == refusal::none);
    c.attempt();
    c.response("H");
    CHECK_FALSE(c.talk.repeatable_after(failure::closed, true));
}

TEST_CASE("a timeout and a bad response are never repeated", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == refusal::none);
    c.attempt();
    CHECK_FALSE(c.talk.repeatable_after(failure::timeout, true));
    CHECK_FALSE(c.talk.repeatable_after(failure::bad_response, true));
}
