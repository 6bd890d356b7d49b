#include "lb/http/head_scanner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

namespace {

using status = head_scanner::status;

struct scanned {
    status state;
    refusal why;
    std::size_t start, size;
    bool operator==(const scanned&) const = default;
};

// In pieces of `step` bytes.
scanned scan(std::string_view bytes, std::size_t step, const head_limits& limits = {})
{
    head_scanner scanner;
    auto state = status::need_more;
    for (std::size_t seen = 0; seen < bytes.size() && state == status::need_more;) {
        seen = std::min(seen + step, bytes.size());
        state = scanner.scan(bytes.substr(0, seen), limits);
    }
    return {state, scanner.reason(), scanner.start(), scanner.size()};
}

refusal refused(std::string_view bytes, const head_limits& limits = {})
{
    const auto whole = scan(bytes, bytes.size(), limits);
    CHECK(scan(bytes, 1, limits).why == whole.why);
    return whole.why;
}

}  // namespace

TEST_CASE("a head ends with its first empty line, however it arrives", "[http][head_scanner]")
{
    const std::string head = "GET /a-path-of-some-length HTTP/1.1\r\nHost: example\r\nAccept: \t*/*\r\n\r\n";
    const auto expected = scanned{status::complete, refusal::none, 0, head.size()};
    for (std::size_t step = 1; step <= head.size(); ++step) CHECK(scan(head, step) == expected);
    CHECK(scan(head + "GET / HTTP/1.1\r\n\r\n", 1000) == expected);
    for (std::size_t size = 0; size < head.size(); ++size)
        CHECK(scan(head.substr(0, size), 1000).state == status::need_more);
}

TEST_CASE("up to four empty lines before a request are not part of it", "[http][head_scanner]")
{
    const std::string head = "GET / HTTP/1.1\r\n\r\n";
    CHECK(scan("\r\n\r\n\r\n\r\n" + head, 1) == scanned{status::complete, refusal::none, 8, 8 + head.size()});
    CHECK(refused("\r\n\r\n\r\n\r\n\r\n" + head) == refusal::bad_request_line);
    CHECK(scan("\r\nGET / HTTP/1.1\r\n\r\n", 100).start == 2);
}

TEST_CASE("a bare CR or LF and a NUL are refused as soon as they arrive", "[http][head_scanner]")
{
    CHECK(refused("GET / HTTP/1.1\nHost") == refusal::bad_line_ending);
    CHECK(refused("GET / HTTP/1.1\rHost") == refusal::bad_line_ending);
    CHECK(refused("GET / HTTP/1.1\r\nA: b\n") == refusal::bad_line_ending);
    CHECK(refused("GET / HTTP/1.1\r\nA: b\r\r\n") == refusal::bad_line_ending);
    CHECK(refused("\nGET") == refusal::bad_line_ending);
    CHECK(refused(std::string_view("GET /\0", 6)) == refusal::bad_request_line);
    CHECK(refused(std::string_view("GET / HTTP/1.1\r\nA: 1234567\0", 28)) == refusal::bad_field);
    CHECK(scan("GET / HTTP/1.1\r\nA: b\r", 100).state == status::need_more);
}

TEST_CASE("each limit is met exactly and not exceeded by one", "[http][head_scanner]")
{
    const head_limits limits{.request_line = 20, .field_line = 10, .head = 60, .field_count = 3};
    const std::string line = "GET /12345 HTTP/1.1";
    CHECK(scan(line + "1\r\n\r\n", 1, limits).state == status::complete);
    CHECK(refused(line + "12", limits) == refusal::request_line_too_long);
    CHECK(scan("GET / \r\nA: 4567890\r\n\r\n", 1, limits).state == status::complete);
    CHECK(refused("GET / \r\nA: 45678901", limits) == refusal::field_too_long);
    CHECK(scan("G / \r\nA:\r\nB:\r\nC:\r\n\r\n", 1, limits).state == status::complete);
    CHECK(refused("G / \r\nA:\r\nB:\r\nC:\r\nD:\r\n", limits) == refusal::too_many_fields);
    CHECK(refused("GET /12345 HTTP/1.1\r\nA: 4567890\r\nB: 4567890\r\nC: 4567890\r\nD: 4567", limits) ==
          refusal::head_too_long);
}

TEST_CASE("a request line that is all method is a bad method, not a long URI", "[http][head_scanner]")
{
    CHECK(refused(std::string(20'000, 'A')) == refusal::bad_method);
    CHECK(refused(std::string(20'000, 'A') + " / HTTP/1.1\r\n") == refusal::bad_method);
    CHECK(refused("GET /" + std::string(20'000, 'A')) == refusal::request_line_too_long);
}
