#include "tests/unit/http/wire.hpp"
#include "tests/unit/target/allocations.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

namespace {

refusal get_with(std::string_view lines, std::string_view version = "HTTP/1.1")
{
    return parsed_request("GET / " + std::string(version) + "\r\n" + std::string(lines) + "\r\n").why;
}

refusal host(std::string_view value) { return get_with("Host: " + std::string(value) + "\r\n"); }

}  // namespace

TEST_CASE("fields keep their order, lose surrounding white space and are recognised", "[http][request_head]")
{
    const parsed_request got("GET / HTTP/1.1\r\nHOST:a\r\nX-One: \t 1 2\t \r\nCookie: c\r\nEmpty:\r\n\r\n");
    REQUIRE(got.why == refusal::none);
    REQUIRE(got.head.fields.size() == 4);
    CHECK(got.head.fields[0].id == field_id::host);
    CHECK(got.text(got.head.fields[1].name) == "X-One");
    CHECK(got.text(got.head.fields[1].value) == "1 2");
    CHECK(got.head.value_of(field_id::cookie, got.bytes) == "c");
    CHECK(got.head.value_of(field_id::te, got.bytes).empty());
    CHECK(got.text(got.head.fields[3].value).empty());
}

TEST_CASE("what is not a field line is refused", "[http][request_head]")
{
    const auto with = [](std::string_view lines) { return get_with("Host: a\r\n" + std::string(lines)); };
    CHECK(with("A : b\r\n") == refusal::bad_field);
    CHECK(with(" A: b\r\n") == refusal::bad_field);
    CHECK(with("A\r\n") == refusal::bad_field);
    CHECK(with(": b\r\n") == refusal::bad_field);
    CHECK(with("A[: b\r\n") == refusal::bad_field);
    CHECK(with("\xc3\x84: b\r\n") == refusal::bad_field);
    CHECK(with("A: b\x01\r\n") == refusal::bad_field);
    CHECK(with("A: b\x7f\r\n") == refusal::bad_field);
    CHECK(with("A: D\xc3\xbcsseldorf\r\n") == refusal::none);
    CHECK(get_with(" \r\nHost: a\r\n") == refusal::bad_field);
}

TEST_CASE("a folded field is refused, also when all but one of its lines are empty", "[http][request_head]")
{
    const auto with = [](std::string_view lines) { return get_with("Host: a\r\n" + std::string(lines)); };
    CHECK(with("A: b\r\n c\r\n") == refusal::bad_field);
    CHECK(with("A: b\r\n\tc\r\n") == refusal::bad_field);
    CHECK(with("A:\r\n b\r\n") == refusal::bad_field);
    CHECK(with("A: b\r\n \r\n") == refusal::bad_field);
    CHECK(with("A:\r\n \r\n") == refusal::bad_field);
    CHECK(with("Transfer-Encoding:\r\n chunked\r\n") == refusal::bad_field);
}

TEST_CASE("there is one Host, and it is a host", "[http][request_head]")
{
    for (const auto* good : {"a", "a.b-c_d.example:80", "a:", "127.0.0.1:65535", "[::1]", "[2001:db8::1]:443",
                             "xn--bcher-kva.example", "a%20b", "0.0.0.0=5000"})
        CHECK(host(good) == refusal::none);
    for (const auto* bad :
         {"",      "u@a", "a b",  "a, b", "a,b",    "a/b",     "a?b", "a#b", "a\\b", "a:b", "a:65536", "a:-1",
          "a:1:2", ":80", "[::1", "[x]",  "[::1]x", "[::1]:x", "::1", "a%2", "a%zz", "<a>", "\xc3\xa4"})
        CHECK(host(bad) == refusal::bad_host);
    CHECK(get_with("") == refusal::bad_host);
    CHECK(get_with("", "HTTP/1.0") == refusal::none);
    CHECK(get_with("Host: a\r\nHost: a\r\n") == refusal::bad_host);
    CHECK(get_with("Host: a\r\nHost: b\r\n", "HTTP/1.0") == refusal::bad_host);
}

TEST_CASE("a connection persists by version and option", "[http][request_head]")
{
    const auto persists = [](std::string_view version, std::string_view option) {
        return parsed_request("GET / " + std::string(version) +
                              "\r\nHost: a\r\nConnection: " + std::string(option) + "\r\n\r\n")
            .head.keep_alive;
    };
    CHECK(persists("HTTP/1.1", "x"));
    CHECK_FALSE(persists("HTTP/1.1", "Close"));
    CHECK_FALSE(persists("HTTP/1.1", "keep-alive, close"));
    CHECK_FALSE(persists("HTTP/1.0", "x"));
    CHECK(persists("HTTP/1.0", "Keep-Alive"));
    CHECK_FALSE(persists("HTTP/1.0", "keep-alive, close"));
}

TEST_CASE("an upgrade needs both fields, 1.1, and another protocol than HTTP/2", "[http][request_head]")
{
    const auto upgrades = [](std::string_view version, std::string_view lines) {
        const parsed_request got("GET / " + std::string(version) + "\r\nHost: a\r\n" + std::string(lines) +
                                 "\r\n");
        CHECK(got.why == refusal::none);
        return got.head.upgrade;
    };
    CHECK(upgrades("HTTP/1.1", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"));
    CHECK_FALSE(upgrades("HTTP/1.1", "Upgrade: websocket\r\n"));
    CHECK_FALSE(upgrades("HTTP/1.1", "Connection: upgrade\r\n"));
    CHECK_FALSE(upgrades("HTTP/1.0", "Connection: upgrade\r\nUpgrade: websocket\r\n"));
    CHECK_FALSE(upgrades("HTTP/1.1", "Connection: upgrade, HTTP2-Settings\r\nUpgrade: H2C\r\n"));
    CHECK_FALSE(upgrades("HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c, websocket\r\n"));
    CHECK_FALSE(upgrades("HTTP/1.1", "Connection: upgrade\r\nUpgrade: HTTP/2.0\r\n"));
}

TEST_CASE("the only expectation is 100-continue", "[http][request_head]")
{
    CHECK(parsed_request(post_with({"Expect: 100-Continue", "Content-Length: 1"})).head.expect_continue);
    CHECK_FALSE(parsed_request(post_with({"Expect: 100-continue"})).head.expect_continue);
    CHECK(parsed_request(post_with({"Expect: 200-ok"})).why == refusal::expectation_unknown);
    CHECK(parsed_request(post_with({"Expect:"})).why == refusal::expectation_unknown);
    const parsed_request old("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    CHECK(old.why == refusal::none);
    CHECK_FALSE(old.head.expect_continue);
}

TEST_CASE("limits hold where a head comes without a scanner", "[http][request_head]")
{
    const auto head = post_with({"A: 1", "B: 2"});
    CHECK(parsed_request(head, {.field_count = 3}).why == refusal::none);
    CHECK(parsed_request(head, {.field_count = 2}).why == refusal::too_many_fields);
    CHECK(parsed_request(head, {.field_line = 6}).why == refusal::field_too_long);
    CHECK(parsed_request(head, {.request_line = 5}).why == refusal::request_line_too_long);
    CHECK(parsed_request(post_with({"Connection: " + std::string(100, ',')})).why == refusal::bad_field);
}

TEST_CASE("a head that was cut or has bytes behind it is no head", "[http][request_head]")
{
    const auto head = post_with({"Content-Length: 5", "A: b"});
    for (std::size_t size = 0; size < head.size(); ++size)
        CHECK(parsed_request(head.substr(0, size)).why != refusal::none);
    CHECK(parsed_request(head + "x").why != refusal::none);
}

TEST_CASE("a warm head and a warm buffer are filled without an allocation", "[http][request_head]")
{
    const std::string request =
        "GET /a?b HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nConnection: keep-alive, b\r\nB: c\r\n\r\n";
    const std::string response = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n";
    request_head asked;
    response_head answered;
    std::string out;
    const auto round = [&] {
        out.clear();
        head_scanner scanner;
        const bool whole = scanner.scan(request, {}) == head_scanner::status::complete &&
                           parse_request_head(request, {}, asked) == refusal::none &&
                           parse_response_head(response, asked.verb, {}, answered) == refusal::none;
        write_request_head(request, asked, {}, out);
        write_response_head(response, answered, {}, out);
        return whole;
    };
    REQUIRE(round());
    const auto before = allocations();
    const bool again = round();
    const auto after = allocations();
    CHECK(again);
    CHECK(after == before);
}
