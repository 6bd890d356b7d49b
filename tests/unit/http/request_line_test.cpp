#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

namespace {

refusal line(std::string_view text) { return parsed_request(std::string(text) + "\r\nHost: a\r\n\r\n").why; }

}  // namespace

TEST_CASE("a request line is cut into method, target, path and query", "[http][request_head]")
{
    const parsed_request got("GET /a/b?c=d&e HTTP/1.1\r\nHost: example.com:8080\r\n\r\n");
    REQUIRE(got.why == refusal::none);
    CHECK(got.head.verb == method::get);
    CHECK(got.text(got.head.method_text) == "GET");
    CHECK(got.text(got.head.target) == "/a/b?c=d&e");
    CHECK(got.text(got.head.path) == "/a/b");
    CHECK(got.text(got.head.query) == "c=d&e");
    CHECK(got.text(got.head.authority) == "example.com:8080");
    CHECK(got.head.version == version::http_1_1);
    CHECK(got.head.size == got.bytes.size());
}

TEST_CASE("methods are tokens, case-sensitive, and tunnels or mirrors are not offered",
          "[http][request_head]")
{
    CHECK(parsed_request("get / HTTP/1.1\r\nHost: a\r\n\r\n").head.verb == method::other);
    CHECK(parsed_request("PURGE / HTTP/1.1\r\nHost: a\r\n\r\n").why == refusal::none);
    CHECK(line("G(T / HTTP/1.1") == refusal::bad_method);
    CHECK(line("GET\t/ HTTP/1.1") == refusal::bad_method);
    CHECK(line(" GET / HTTP/1.1") == refusal::bad_method);
    CHECK(line("TRACE / HTTP/1.1") == refusal::method_not_allowed);
    CHECK(line("CONNECT a:443 HTTP/1.1") == refusal::method_not_allowed);
    CHECK(idempotent(method::delete_));
    CHECK_FALSE(idempotent(method::post));
    CHECK_FALSE(idempotent(method::patch));
    CHECK_FALSE(idempotent(method::other));
}

TEST_CASE("only 1.0 and 1.1 are spoken", "[http][request_head]")
{
    CHECK(line("GET / HTTP/1.1") == refusal::none);
    CHECK(parsed_request("GET / HTTP/1.0\r\n\r\n").head.version == version::http_1_0);
    CHECK(line("GET / HTTP/1.2") == refusal::bad_version);
    CHECK(line("GET / HTTP/2.0") == refusal::bad_version);
    CHECK(line("GET / HTTP/0.9") == refusal::bad_version);
    CHECK(line("GET / HTTP/1") == refusal::bad_request_line);
    CHECK(line("GET / http/1.1") == refusal::bad_request_line);
    CHECK(line("GET / HTTP/1.1 ") == refusal::bad_request_line);
    CHECK(line("GET / HTTP/1.10") == refusal::bad_request_line);
    CHECK(line("GET /a b HTTP/1.1") == refusal::bad_request_line);
    CHECK(line("GET  / HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET /") == refusal::bad_target);
    CHECK(line("GET") == refusal::bad_method);
}

TEST_CASE("an absolute-form target brings its authority and leaves a path", "[http][request_head]")
{
    const parsed_request got("GET http://Real.example:81/p?q HTTP/1.1\r\nHost: other\r\n\r\n");
    REQUIRE(got.why == refusal::none);
    CHECK(got.head.absolute_form);
    CHECK(got.text(got.head.authority) == "Real.example:81");
    CHECK(got.text(got.head.path) == "/p");
    CHECK(got.text(got.head.query) == "q");

    const parsed_request bare("GET HTTPS://h?x=/ HTTP/1.1\r\nHost:\r\n\r\n");
    REQUIRE(bare.why == refusal::none);
    CHECK(bare.text(bare.head.path) == "/");
    CHECK(bare.text(bare.head.query) == "x=/");

    CHECK(line("GET http:///p HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET http://u@h/p HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET ftp://h/p HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET http:/h/p HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET example.com:80 HTTP/1.1") == refusal::bad_target);
}

TEST_CASE("an asterisk is for OPTIONS", "[http][request_head]")
{
    const parsed_request got("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(got.why == refusal::none);
    CHECK(got.head.path.empty());
    CHECK(parsed_request("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n").head.path.empty());
    CHECK(line("GET * HTTP/1.1") == refusal::bad_target);
    CHECK(line("OPTIONS ** HTTP/1.1") == refusal::bad_target);
}

TEST_CASE("a target holds what browsers send and nothing that two parsers cut differently",
          "[http][request_head]")
{
    CHECK(line("GET /a|b{c}^`\"<>?d=[e]'\\f%41%zz HTTP/1.1") == refusal::none);
    CHECK(line("GET /a#b HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET /a?b#c HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET /a\\b HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET /caf\xc3\xa9 HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET /a\tb HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET /a\x01"
               "b HTTP/1.1") == refusal::bad_target);
    CHECK(line("GET /a\x7f HTTP/1.1") == refusal::bad_target);
}

TEST_CASE("a refused head still tells method and target, and never an older request's parts",
          "[http][request_head]")
{
    request_head reused;
    const std::string good = "GET /x HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n", bad = "FETCH /y HTTP/9.9\r\n\r\n";
    REQUIRE(parse_request_head(good, {}, reused) == refusal::none);
    CHECK(parse_request_head(bad, {}, reused) == refusal::bad_version);
    CHECK(reused.method_text.of(bad) == "FETCH");
    CHECK(reused.target.of(bad) == "/y");
    CHECK(reused.authority.empty());
    CHECK(reused.fields.empty());
    CHECK(parse_request_head("", {}, reused) == refusal::bad_request_line);
}
