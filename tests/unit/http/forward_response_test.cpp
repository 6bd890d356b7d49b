#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb::http;

namespace {

std::string pass(std::string_view head, respond_context how = {}, method asked = method::get)
{
    return parsed_response(head, asked).forwarded(how);
}

}  // namespace

TEST_CASE("a response goes on with its end-to-end fields in their order", "[http][forward_response]")
{
    CHECK(
        pass("HTTP/1.0 404 Not here\r\nServer: s\r\nSet-Cookie: a\r\nConnection: keep-alive, X-Hop\r\nX-Hop: "
             "1\r\n"
             "Keep-Alive: timeout=5\r\nSet-Cookie:  b\r\nContent-Length: 003\r\n\r\n") ==
        "HTTP/1.1 404 Not here\r\nServer: s\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 3\r\n\r\n");
}

TEST_CASE("a response gets a Date, cookies and the client's kind of Connection", "[http][forward_response]")
{
    const std::string head = "HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: 3\r\n\r\n";
    CHECK(pass(head,
               {.close = true, .remove_server = true, .date = "D", .extra_fields = "Set-Cookie: x\r\n"}) ==
          "HTTP/1.1 200 OK\r\nDate: D\r\nConnection: close\r\nContent-Length: 3\r\nSet-Cookie: x\r\n\r\n");
    CHECK(pass("HTTP/1.1 200 OK\r\nDate: T\r\nContent-Length: 3\r\n\r\n", {.date = "D"}) ==
          "HTTP/1.1 200 OK\r\nDate: T\r\nContent-Length: 3\r\n\r\n");
    CHECK(pass("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", {.client = version::http_1_0}) ==
          "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\n");
    CHECK(
        pass("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", {.client = version::http_1_0, .close = true}) ==
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\n");
}

TEST_CASE("chunked goes on as chunked, or as a body that ends by closing", "[http][forward_response]")
{
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n";
    CHECK(pass(head) == "HTTP/1.1 200 OK\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(pass(head, {.client = version::http_1_0, .close = true, .decode_chunks = true}) ==
          "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST_CASE("a length without a body is kept where it describes one", "[http][forward_response]")
{
    CHECK(pass("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", {}, method::head) ==
          "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    CHECK(pass("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n") ==
          "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
    CHECK(pass("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") ==
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    CHECK(pass("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n") == "HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(pass("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n") ==
          "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("interim responses carry their fields and nothing of ours", "[http][forward_response]")
{
    CHECK(pass("HTTP/1.1 103 Early Hints\r\nLink: x\r\nContent-Length: 5\r\n\r\n",
               {.close = true, .date = "D"}) == "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    CHECK(pass("HTTP/1.1 100 Continue\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_CASE("101 keeps its upgrade, 426 its offer, and no other response either", "[http][forward_response]")
{
    CHECK(pass("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nA: "
               "b\r\n\r\n") ==
          "HTTP/1.1 101 Switching Protocols\r\nA: b\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    CHECK(pass("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n") ==
          "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: upgrade\r\nUpgrade: "
          "websocket\r\n\r\n");
    CHECK(pass("HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 0\r\n\r\n") ==
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}
