#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;
using forwarded = gatehouse::conf::header_policy::forwarded;

namespace {

forward_context from_client()
{
    return {.client_address = "192.0.2.7", .protocol = "https", .listener_port = "443"};
}

forward_context plain() { return {.forwarded_for = forwarded::remove}; }

}  // namespace

TEST_CASE("a request goes on with Host first and our lines last", "[http][forward_request]")
{
    auto how = from_client();
    how.trace_id = "Root=1-2-3";
    how.traceparent = "00-1-2-01";
    const parsed_request got("GET /p?q HTTP/1.1\r\nAccept:  */*\r\nHost: a\r\nAccept: x\r\n\r\n");
    CHECK(got.forwarded(how) ==
          "GET /p?q HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nAccept: x\r\n"
          "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n"
          "X-Amzn-Trace-Id: Root=1-2-3\r\ntraceparent: 00-1-2-01\r\n\r\n");
    how.host = "10.0.0.1:8080";
    CHECK(got.forwarded(how).find("\r\nHost: 10.0.0.1:8080\r\n") != std::string::npos);
}

TEST_CASE("forwarded fields are appended to, preserved or removed", "[http][forward_request]")
{
    const parsed_request got(
        "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nx-forwarded-proto: gopher\r\n"
        "A: b\r\nX-Forwarded-For: 2.2.2.2, 3.3.3.3\r\nX-Forwarded-For:\r\nX-Forwarded-Port: 70\r\n\r\n");
    auto how = from_client();
    CHECK(got.forwarded(how) == "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n"
                                "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 192.0.2.7\r\n"
                                "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n\r\n");
    how.forwarded_for = forwarded::preserve;
    CHECK(got.forwarded(how) ==
          "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nx-forwarded-proto: gopher\r\n"
          "A: b\r\nX-Forwarded-For: 2.2.2.2, 3.3.3.3\r\nX-Forwarded-For: \r\n"
          "X-Forwarded-Port: 70\r\n\r\n");
    how.forwarded_for = forwarded::remove;
    CHECK(got.forwarded(how) == "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n");
}

TEST_CASE("hop-by-hop fields stay behind, and a client cannot declare others to be",
          "[http][forward_request]")
{
    const parsed_request got(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Mine, Host, Authorization, "
        "X-Forwarded-Host, Cookie\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Connection: x\r\n"
        "Proxy-Authorization: y\r\nProxy-Authenticate: z\r\nUpgrade: websocket\r\nX-Mine: 1\r\n"
        "x-mine: 2\r\nAuthorization: b\r\nX-Forwarded-Host: c\r\nCookie: d\r\nTrailer: e\r\n\r\n");
    REQUIRE(got.why == refusal::none);
    CHECK(got.forwarded(plain()) == "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: b\r\nX-Forwarded-Host: c\r\n"
                                    "Cookie: d\r\n\r\n");
}

TEST_CASE("an upgrade keeps its two fields", "[http][forward_request]")
{
    const parsed_request got(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, x\r\nUpgrade: websocket\r\nX: y\r\n\r\n");
    CHECK(got.forwarded(plain()) ==
          "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
}

TEST_CASE("one framing field goes on, in our own words", "[http][forward_request]")
{
    const auto tail = [](std::initializer_list<std::string_view> lines) {
        const auto out = parsed_request(post_with(lines)).forwarded(plain());
        return out.substr(std::string_view("POST / HTTP/1.1\r\nHost: a\r\n").size());
    };
    CHECK(tail({}) == "\r\n");
    CHECK(tail({"content-length: 007"}) == "Content-Length: 7\r\n\r\n");
    CHECK(tail({"Content-Length: 0"}) == "Content-Length: 0\r\n\r\n");
    CHECK(tail({"transfer-ENCODING: CHUNKED", "Trailer: A"}) ==
          "Trailer: A\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(tail({"Connection: content-length", "Content-Length: 5"}) == "Content-Length: 5\r\n\r\n");
    CHECK(tail({"Expect: 100-continue", "Content-Length: 5"}) ==
          "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    CHECK(parsed_request("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").forwarded(plain()) ==
          "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST_CASE("every target goes on in origin-form and every version as 1.1", "[http][forward_request]")
{
    const auto line = [](std::string_view request_line, std::string_view host = "Host: x\r\n") {
        const auto out = parsed_request(std::string(request_line) + "\r\n" + std::string(host) + "\r\n")
                             .forwarded(plain());
        return out.substr(0, out.size() - 2);
    };
    CHECK(line("GET http://a:1/p?q HTTP/1.1") == "GET /p?q HTTP/1.1\r\nHost: a:1\r\n");
    CHECK(line("GET http://a HTTP/1.1") == "GET / HTTP/1.1\r\nHost: a\r\n");
    CHECK(line("GET http://a?q HTTP/1.1") == "GET /?q HTTP/1.1\r\nHost: a\r\n");
    CHECK(line("GET /? HTTP/1.1") == "GET /? HTTP/1.1\r\nHost: x\r\n");
    CHECK(line("OPTIONS * HTTP/1.1") == "OPTIONS * HTTP/1.1\r\nHost: x\r\n");
    CHECK(line("OPTIONS http://a HTTP/1.1") == "OPTIONS * HTTP/1.1\r\nHost: a\r\n");
    CHECK(line("OPTIONS http://a/ HTTP/1.1") == "OPTIONS / HTTP/1.1\r\nHost: a\r\n");
    CHECK(line("GET /p HTTP/1.0", "") == "GET /p HTTP/1.1\r\nHost: \r\n");
    CHECK(line("POST /p HTTP/1.0", "Expect: 100-continue\r\nContent-Length: 1\r\n") ==
          "POST /p HTTP/1.1\r\nHost: \r\nContent-Length: 1\r\n");
}

TEST_CASE("the trace fields are ours when there are any, and state goes with its trace",
          "[http][forward_request]")
{
    const parsed_request got(
        "GET / HTTP/1.1\r\nHost: a\r\nX-Amzn-Trace-Id: Root=9\r\ntraceparent: t\r\ntracestate: s\r\n\r\n");
    auto how = plain();
    CHECK(got.forwarded(how) == got.bytes);
    how.trace_id = "Self=1;Root=9";
    how.traceparent = "u";
    how.keep_tracestate = false;
    CHECK(got.forwarded(how) ==
          "GET / HTTP/1.1\r\nHost: a\r\nX-Amzn-Trace-Id: Self=1;Root=9\r\ntraceparent: u\r\n\r\n");
}
