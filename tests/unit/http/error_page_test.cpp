#include "lb/http/forward_head.hpp"
#include "lb/refusal.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

namespace {

std::string own(const own_response& what)
{
    std::string out;
    write_own_response(what, out);
    return out;
}

}  // namespace

TEST_CASE("an own response says its length, type and what becomes of the connection", "[http][own_response]")
{
    own_response what{.status = 502, .body = "body", .extra_fields = "A: b\r\n", .date = "D"};
    CHECK(own(what) ==
          "HTTP/1.1 502 Bad Gateway\r\nDate: D\r\nContent-Type: text/html\r\nContent-Length: 4\r\n"
          "Connection: close\r\nA: b\r\n\r\nbody");
    what.head_only = true;
    what.close = false;
    CHECK(own(what) ==
          "HTTP/1.1 502 Bad Gateway\r\nDate: D\r\nContent-Type: text/html\r\nContent-Length: 4\r\n"
          "A: b\r\n\r\n");
    what.client = version::http_1_0;
    CHECK(own(what).find("Connection: keep-alive\r\n") != std::string::npos);
}

TEST_CASE("an own response without a body says so in the way of its status", "[http][own_response]")
{
    CHECK(own({.status = 301, .extra_fields = "Location: /\r\n", .close = false}) ==
          "HTTP/1.1 301 Moved Permanently\r\nContent-Length: 0\r\nLocation: /\r\n\r\n");
    CHECK(own({.status = 204, .body = "no", .close = false}) == "HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(own({.status = 299, .close = false}) == "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("every status a refusal sends has a phrase and a page that names it", "[http][own_response]")
{
    for (unsigned i = 0; i < static_cast<unsigned>(refusal::count_); ++i) {
        const auto status = status_of(static_cast<refusal>(i));
        if (status == 0 || status == 460) continue;  // 460 is logged only
        const auto title = std::to_string(status) + ' ' + std::string(reason_phrase(status));
        CAPTURE(status);
        CHECK_FALSE(reason_phrase(status).empty());
        CHECK(error_page(status).find("<title>" + title + "</title>") != std::string_view::npos);
        CHECK(error_page(status).find("<h1>" + title + "</h1>") != std::string_view::npos);
    }
    CHECK(reason_phrase(999).empty());
    CHECK_FALSE(error_page(999).empty());
}
