#include "service/sockets.hpp"
#include "tests/unit/service/loopback.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch.hpp>

#include <deque>
#include <stdexcept>

namespace gatehouse::service {

namespace {

// Answers GET /hello, POST /echo with the body it got, POST /item/{} with what it captured, and GET /broken
// never.
struct sample : running_admin {
    sample()
    {
        server.route("GET", "/hello", [](const admin_request& asked) {
            return admin_response{200, "text/plain", "hello " + asked.query};
        });
        server.route("POST", "/echo", [](const admin_request& asked) {
            return admin_response{200, "text/plain", asked.body};
        });
        server.route("POST", "/item/{}", [](const admin_request& asked) {
            return admin_response{200, "text/plain", asked.parameters.at(0) + " at " + asked.path};
        });
        server.route_slow("GET", "/slow/{}", [this](const admin_request& asked) { return answer_later(asked); });
        server.route("GET", "/broken", [](const admin_request&) -> admin_response {
            throw std::runtime_error("secret detail");
        });
    }
    boost::asio::awaitable<admin_response> answer_later(const admin_request& asked)
    {
        boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(20));
        co_await pause.async_wait(boost::asio::use_awaitable);
        if (asked.parameters.at(0) == "bad") throw std::runtime_error("secret detail");
        co_return admin_response{200, "text/plain", "at last " + asked.parameters.at(0)};
    }
};

const std::string get_hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace

TEST_CASE("the admin server serves its routes", "[admin][server]")
{
    sample admin;
    admin.start();
    const auto hello = ask(admin.port, "GET /hello?a=b%20c");
    CHECK(status_of(hello) == "HTTP/1.1 200 OK");
    CHECK(hello.find("Content-Type: text/plain\r\n") != hello.npos);
    CHECK(hello.find("Cache-Control: no-store\r\n") != hello.npos);
    CHECK(body_of(hello) == "hello a=b%20c");
    CHECK(body_of(ask(admin.port, "POST /echo", {}, "some body")) == "some body");
    CHECK(body_of(ask(admin.port, "POST /item/a%2Fb")) == "a/b at /item/a/b");
}

TEST_CASE("the admin server answers errors as JSON", "[admin][server]")
{
    sample admin;
    admin.start("secret");
    const auto missing = ask(admin.port, "GET /nothing");
    CHECK(status_of(missing) == "HTTP/1.1 404 Not Found");
    CHECK(missing.find("Content-Type: application/json\r\n") != missing.npos);
    CHECK(body_of(missing) == "{\"error\":\"no such page: /nothing\"}\n");
    const auto wrong_method = ask(admin.port, "GET /echo");
    CHECK(status_of(wrong_method) == "HTTP/1.1 405 Method Not Allowed");
    CHECK(wrong_method.find("Allow: POST\r\n") != wrong_method.npos);
    CHECK(status_of(ask(admin.port, "GET /%zz")) == "HTTP/1.1 400 Bad Request");
    const auto unproven = ask(admin.port, "POST /echo");
    CHECK(status_of(unproven) == "HTTP/1.1 401 Unauthorized");
    CHECK(unproven.find("WWW-Authenticate: Bearer\r\n") != unproven.npos);
    CHECK(body_of(ask(admin.port, "POST /echo", "Authorization: Bearer secret\r\n", "in")) == "in");
    CHECK(status_of(ask(admin.port, "POST /echo", "Origin: http://evil.example\r\n")) ==
          "HTTP/1.1 403 Forbidden");
}

TEST_CASE("an answer may take time", "[admin][server]")
{
    sample admin;
    admin.start();
    CHECK(body_of(ask(admin.port, "GET /slow/a")) == "at last a");
    const auto failed = ask(admin.port, "GET /slow/bad");
    CHECK(status_of(failed) == "HTTP/1.1 500 Internal Server Error");
    CHECK(failed.find("secret") == failed.npos);
    CHECK(status_of(ask(admin.port, "POST /slow/a")) == "HTTP/1.1 405 Method Not Allowed");
}

TEST_CASE("what a handler throws is logged and not shown", "[admin][server]")
{
    sample admin;
    admin.start();
    const auto answer = ask(admin.port, "GET /broken");
    CHECK(status_of(answer) == "HTTP/1.1 500 Internal Server Error");
    CHECK(answer.find("secret detail") == answer.npos);
    admin.settle();
    CHECK(admin.logged ==
          "level=error event=\"admin call failed\" method=GET path=/broken reason=\"secret detail\"\n");
}

TEST_CASE("a connection serves request after request, also when they come together", "[admin][server]")
{
    sample admin;
    admin.start();
    raw_client client(admin.port);
    client.send(get_hello + get_hello);
    CHECK(status_of(client.read_until("hello ")) == "HTTP/1.1 200 OK");
    CHECK(status_of(client.read_until("hello ")) == "HTTP/1.1 200 OK");
    client.send(
        "POST /echo HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    CHECK(status_of(client.read_until("abc")) == "HTTP/1.1 200 OK");
    client.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(status_of(client.read_until("}\n")) == "HTTP/1.1 404 Not Found");
    client.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto head = client.read_until("\r\n\r\n");
    CHECK(head.find("Content-Length: 6\r\n") != head.npos);
    client.send(get_hello);
    CHECK(status_of(client.read_until("hello ")) == "HTTP/1.1 200 OK");
}

TEST_CASE("a client that waits for 100 Continue gets it", "[admin][server]")
{
    sample admin;
    admin.start();
    raw_client client(admin.port);
    client.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    CHECK(status_of(client.read_until("abc")) == "HTTP/1.1 200 OK");
}

TEST_CASE("what is too large or no HTTP is refused and the connection closed", "[admin][server]")
{
    sample admin;
    admin.start();
    CHECK(status_of(ask(admin.port, "GET /hello", "X-Large: " + std::string(17 * 1024, 'x') + "\r\n")) ==
          "HTTP/1.1 431 Request Header Fields Too Large");
    CHECK(status_of(ask(admin.port, "POST /echo", {}, std::string(65 * 1024, 'x'))) ==
          "HTTP/1.1 413 Payload Too Large");
    CHECK(body_of(ask(admin.port, "POST /echo", {}, std::string(64 * 1024, 'x'))).size() == 64 * 1024);
    raw_client chunked(admin.port);
    chunked.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n");
    for (int i = 0; i < 32; ++i) chunked.send(std::string(4096, 'x'));
    CHECK(status_of(chunked.read_all()) == "HTTP/1.1 413 Payload Too Large");
    raw_client nonsense(admin.port);
    nonsense.send("\x16\x03\x01 hello\r\n\r\n");
    CHECK(status_of(nonsense.read_until("}\n")) == "HTTP/1.1 400 Bad Request");
    CHECK(nonsense.is_closed());
    CHECK(status_of(ask(admin.port, "GET http://localhost/hello")) == "HTTP/1.1 400 Bad Request");
}

TEST_CASE("a refused body is not taken for the next request", "[admin][server]")
{
    sample admin;
    admin.start("secret");
    raw_client client(admin.port);
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(get_hello.size()) + "\r\n\r\n" + get_hello);
    const auto all = client.read_all();
    CHECK(status_of(all) == "HTTP/1.1 401 Unauthorized");
    CHECK(all.find("200 OK") == all.npos);
}

TEST_CASE("a client over the limit of 64 waits for a place", "[admin][server]")
{
    sample admin;
    admin.start();
    std::deque<raw_client> idle;
    for (int i = 0; i < 64; ++i) {
        idle.emplace_back(admin.port).send(get_hello);
        REQUIRE(status_of(idle.back().read_until("hello ")) == "HTTP/1.1 200 OK");
    }
    raw_client waiting(admin.port);
    waiting.send(get_hello);
    for (int turn = 0; turn < 50; ++turn) {  // of the server's loop, each enough to serve another client
        idle.back().send(get_hello);
        idle.back().read_until("hello ");
    }
    CHECK_FALSE(waiting.has_answer());
    idle.pop_front();
    CHECK(status_of(waiting.read_until("hello ")) == "HTTP/1.1 200 OK");
}

TEST_CASE("the admin server takes an inherited descriptor in place of binding", "[admin][server]")
{
    const int inherited = listen_on({"127.0.0.1", 0});
    const auto bound = local_address(inherited);
    sample admin;
    admin.start({}, inherited);
    CHECK(admin.port == bound.port);
    CHECK(status_of(ask(bound.port, "GET /hello")) == "HTTP/1.1 200 OK");
}

TEST_CASE("a second admin server on the same address fails and says where", "[admin][server]")
{
    sample first;
    first.start();
    boost::asio::io_context loop;
    log out([](std::string_view) {}, log::format::logfmt);
    admin_server second(loop, out);
    CHECK_THROWS_WITH(second.start({"127.0.0.1", first.port}, {}),
                      Catch::Contains("admin: cannot listen on 127.0.0.1:" + std::to_string(first.port)));
}

TEST_CASE("stop closes the connections that are open", "[admin][server]")
{
    sample admin;
    admin.start();
    raw_client client(admin.port);
    client.send(get_hello);
    client.read_until("hello ");
    boost::asio::post(admin.loop, [&admin] { admin.server.stop(); });
    CHECK(client.is_closed());
}

}  // namespace gatehouse::service
