#include "tests/unit/proxy/exchange_support.hpp"

#include <catch2/catch.hpp>

using namespace exchange_test;
using lb::refusal;

TEST_CASE("a request reaches the target rewritten, with the client named", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("GET /a?b=c HTTP/1.1\r\nHost: site.example\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
                      "X-Forwarded-For: 198.51.100.7\r\nAccept: */*\r\n\r\n") == refusal::none);
    CHECK(c.talk.request_complete());
    c.attempt();
    CHECK(c.to_target.starts_with("GET /a?b=c HTTP/1.1\r\nHost: site.example\r\n"));
    CHECK(c.to_target.find("X-Forwarded-For: 198.51.100.7, 203.0.113.9\r\n") != std::string::npos);
    CHECK(c.to_target.find("X-Hop") == std::string::npos);
    CHECK(c.to_target.find("Connection") == std::string::npos);
    CHECK(c.to_target.ends_with("\r\n\r\n"));
}

TEST_CASE("a body ends where its length says, and what follows is left for the next request", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n") == refusal::none);
    c.attempt();
    c.to_target.clear();
    CHECK_FALSE(c.talk.request_complete());
    CHECK(c.body("he").consumed == 2);
    const auto last = c.body("lloGET / HTTP/1.1\r\n");
    CHECK(last.consumed == 3);
    CHECK(last.problem == refusal::none);
    CHECK(c.to_target == "hello");
    CHECK(c.talk.request_complete());
}

TEST_CASE("a chunked body is passed on canonical, wherever it is cut", "[proxy][exchange]")
{
    const std::string body = "5;name=value\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n";
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
        conversation c;
        REQUIRE(c.request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") == refusal::none);
        c.attempt();
        c.to_target.clear();
        const std::string_view all = body;
        CHECK(c.body(all.substr(0, cut)).consumed == cut);
        CHECK(c.body(all.substr(cut)).problem == refusal::none);
        CHECK(c.talk.request_complete());
        CHECK(c.to_target == "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n");
    }
}

TEST_CASE("a chunk that is none is refused", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") == refusal::none);
    c.attempt();
    CHECK(c.body("5\nhello\r\n").problem == refusal::bad_chunk);
}

TEST_CASE("what two parsers could read differently never begins", "[proxy][exchange]")
{
    conversation c;
    CHECK(c.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n") !=
          refusal::none);
    CHECK(c.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n") !=
          refusal::none);
}

TEST_CASE("strictest mode refuses what is only acceptable", "[proxy][exchange]")
{
    const std::string_view acceptable = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    conversation c;
    CHECK(c.request(acceptable) == refusal::none);
    CHECK(c.request(acceptable, conf::desync_mode::strictest) == refusal::desync_acceptable);
}

TEST_CASE("nothing of one exchange is left in the next", "[proxy][exchange]")
{
    conversation c;
    REQUIRE(c.request("PUT /secret HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nCookie: k=v\r\n\r\n") ==
            refusal::none);
    c.attempt();
    c.body("abc");
    c.response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    c.to_target.clear();
    REQUIRE(c.request("GET / HTTP/1.1\r\nHost: b\r\n\r\n") == refusal::none);
    c.attempt();
    CHECK(c.to_target.find("secret") == std::string::npos);
    CHECK(c.to_target.find("Cookie") == std::string::npos);
    CHECK(c.to_target.find("abc") == std::string::npos);
    CHECK(c.talk.target_status() == 0);
    CHECK_FALSE(c.talk.response_started());
}
