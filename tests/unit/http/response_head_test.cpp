#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;
using kind = framing::kind;

namespace {

std::string answer(std::string_view line, std::initializer_list<std::string_view> lines = {})
{
    std::string head(line);
    head += "\r\n";
    for (const auto each : lines) head.append(each).append("\r\n");
    return head + "\r\n";
}

bool accepted(std::string_view line, std::initializer_list<std::string_view> lines = {})
{
    return parsed_response(answer(line, lines)).why == refusal::none;
}

}  // namespace

TEST_CASE("a status line gives version, status and reason", "[http][response_head]")
{
    const parsed_response got(answer("HTTP/1.0 404 Not here", {"A: b"}));
    REQUIRE(got.why == refusal::none);
    CHECK(got.head.status == 404);
    CHECK(got.head.version == version::http_1_0);
    CHECK(got.head.reason.of(got.bytes) == "Not here");
    CHECK(got.head.fields.size() == 1);
    CHECK(got.head.size == got.bytes.size());
    CHECK(accepted("HTTP/1.1 200 "));
    CHECK(accepted("HTTP/1.1 500 Ori\xc3\xabntatieprobleem"));
    for (const auto* bad :
         {"HTTP/1.2 200 OK", "HTTP/2.0 200 OK", "HTTP/1.1 099 x", "HTTP/1.1 600 x", "HTTP/1.1 20 x",
          "HTTP/1.1 2000 x", "HTTP/1.1  200 OK", "ICE/1.1 200 OK", "HTTP/1.1\t200 OK", "200 OK", ""})
        CHECK_FALSE(accepted(bad));
}

TEST_CASE("a response's body goes by status, method and fields", "[http][response_head]")
{
    const auto body = [](std::string_view line, std::initializer_list<std::string_view> lines,
                         method asked = method::get) {
        const parsed_response got(answer(line, lines), asked);
        CHECK(got.why == refusal::none);
        return got.head.body.how;
    };
    CHECK(body("HTTP/1.1 200 OK", {"Content-Length: 5"}) == kind::length);
    CHECK(body("HTTP/1.1 200 OK", {"Content-Length: 0"}) == kind::none);
    CHECK(body("HTTP/1.1 200 OK", {"Transfer-Encoding: chunked"}) == kind::chunked);
    CHECK(body("HTTP/1.1 200 OK", {}) == kind::until_close);
    CHECK(body("HTTP/1.1 200 OK", {"Content-Length: 5"}, method::head) == kind::none);
    CHECK(body("HTTP/1.1 200 OK", {}, method::head) == kind::none);
    CHECK(body("HTTP/1.1 204 No Content", {}) == kind::none);
    CHECK(body("HTTP/1.1 304 Not Modified", {"Content-Length: 10"}) == kind::none);
    CHECK(body("HTTP/1.1 101 Switching Protocols", {"Upgrade: x"}) == kind::none);
    CHECK(body("HTTP/1.1 100 Continue", {}) == kind::none);
}

TEST_CASE("a response that two parsers could read differently is bad", "[http][response_head]")
{
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"Content-Length: 5", "Transfer-Encoding: chunked"}));
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"Content-Length: 5", "Content-Length: 6"}));
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"Content-Length: 5, 5"}));
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"Content-Length: -5"}));
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"Transfer-Encoding: gzip, chunked"}));
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"Transfer-Encoding: identity"}));
    CHECK_FALSE(accepted("HTTP/1.0 200 OK", {"Transfer-Encoding: chunked"}));
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"Transfer_Encoding: chunked"}));
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"A: b", " c"}));
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"A : b"}));
    CHECK_FALSE(accepted("HTTP/1.1 200 OK", {"A: b\x01"}));
    CHECK(accepted("HTTP/1.1 200 OK", {"Expect: what"}) == false);
}

TEST_CASE("a target's connection serves again only when its response left nothing open",
          "[http][response_head]")
{
    const auto keeps = [](std::string_view line, std::initializer_list<std::string_view> lines) {
        return parsed_response(answer(line, lines)).head.keep_alive;
    };
    CHECK(keeps("HTTP/1.1 200 OK", {"Content-Length: 5"}));
    CHECK_FALSE(keeps("HTTP/1.1 200 OK", {"Content-Length: 5", "Connection: close"}));
    CHECK_FALSE(keeps("HTTP/1.0 200 OK", {"Content-Length: 5"}));
    CHECK(keeps("HTTP/1.0 200 OK", {"Content-Length: 5", "Connection: keep-alive"}));
    CHECK_FALSE(keeps("HTTP/1.1 200 OK", {}));
    CHECK_FALSE(keeps("HTTP/1.1 101 Switching Protocols", {"Upgrade: x"}));
    CHECK(keeps("HTTP/1.1 204 No Content", {"Content-Length: 0"}));
    CHECK_FALSE(keeps("HTTP/1.1 204 No Content", {"Content-Length: 5"}));
    CHECK_FALSE(keeps("HTTP/1.1 204 No Content", {"Transfer-Encoding: chunked"}));
    CHECK(keeps("HTTP/1.1 304 Not Modified", {"Content-Length: 5"}));
}

TEST_CASE("101 switches and other 1xx are interim", "[http][response_head]")
{
    const parsed_response switching(answer("HTTP/1.1 101 Switching Protocols", {"Upgrade: x"}));
    CHECK(switching.head.upgrade);
    CHECK_FALSE(switching.head.interim());
    CHECK(parsed_response(answer("HTTP/1.1 103 Early Hints")).head.interim());
    CHECK_FALSE(parsed_response(answer("HTTP/1.1 200 OK")).head.interim());
}
