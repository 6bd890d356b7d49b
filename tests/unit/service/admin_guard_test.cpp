#include "service/admin_guard.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::service {

namespace {

namespace http = boost::beast::http;

admin_head head(http::verb method, std::initializer_list<std::pair<const char*, const char*>> fields)
{
    admin_head built;
    built.version(11);
    built.method(method);
    built.target("/api/v1/reload");
    for (const auto& [name, value] : fields) built.insert(name, value);
    return built;
}

unsigned status(const admin_head& asked, std::string_view token = {})
{
    const auto refused = refuse(asked, token);
    return refused ? refused->status : 200;
}

}  // namespace

TEST_CASE("a state-changing call of our own tools passes", "[admin][guard]")
{
    for (const char* host :
         {"127.0.0.1:9101", "127.0.0.1", "[::1]:9101", "localhost:9101", "LocalHost", "10.0.0.7:1"}) {
        CAPTURE(host);
        CHECK(status(head(http::verb::post, {{"Host", host}})) == 200);
    }
}

TEST_CASE("a state-changing call by a name that DNS could rebind is refused", "[admin][guard]")
{
    for (const char* host :
         {"evil.example:9101", "evil.example", "", "127.0.0.1.evil.example", "[evil]", "[::1"}) {
        CAPTURE(host);
        CHECK(status(head(http::verb::post, {{"Host", host}})) == 403);
        CHECK(status(head(http::verb::delete_, {{"Host", host}})) == 403);
    }
}

TEST_CASE("reading by any name is allowed, as Prometheus does it", "[admin][guard]")
{
    CHECK(status(head(http::verb::get, {{"Host", "node-1.internal:9101"}, {"Origin", "http://x"}}),
                 "secret") == 200);
    CHECK(status(head(http::verb::head, {{"Host", "node-1.internal:9101"}}), "secret") == 200);
}

TEST_CASE("a state-changing call from a page of another origin is refused", "[admin][guard]")
{
    const auto from = [](const char* origin) {
        return status(head(http::verb::post, {{"Host", "127.0.0.1:9101"}, {"Origin", origin}}));
    };
    CHECK(from("http://127.0.0.1:9101") == 200);
    CHECK(from("https://127.0.0.1:9101") == 200);
    CHECK(from("http://127.0.0.1:9102") == 403);
    CHECK(from("http://127.0.0.1:91012") == 403);
    CHECK(from("http://evil.example") == 403);
    CHECK(from("null") == 403);
    CHECK(from("") == 403);
}

TEST_CASE("a browser's word that the site is another one is believed", "[admin][guard]")
{
    const auto from = [](const char* site) {
        return status(head(http::verb::post, {{"Host", "127.0.0.1:9101"}, {"Sec-Fetch-Site", site}}));
    };
    CHECK(from("none") == 200);
    CHECK(from("same-origin") == 200);
    CHECK(from("same-site") == 403);
    CHECK(from("cross-site") == 403);
}

TEST_CASE("where a token is set a state-changing call needs it", "[admin][guard]")
{
    const auto with = [](const char* authorization) {
        return status(head(http::verb::post, {{"Host", "127.0.0.1"}, {"Authorization", authorization}}),
                      "secret");
    };
    CHECK(with("Bearer secret") == 200);
    CHECK(with("bearer secret") == 200);
    CHECK(with("Bearer secret2") == 401);
    CHECK(with("Bearer secre") == 401);
    CHECK(with("Bearer ") == 401);
    CHECK(with("secret") == 401);
    CHECK(with("Basic secret") == 401);
    CHECK(status(head(http::verb::post, {{"Host", "127.0.0.1"}}), "secret") == 401);
}

TEST_CASE("ambiguous heads are refused, whatever the method", "[admin][guard]")
{
    constexpr auto get = http::verb::get, post = http::verb::post;
    CHECK(status(head(get, {})) == 400);
    CHECK(status(head(get, {{"Host", "127.0.0.1"}, {"Host", "127.0.0.1"}})) == 400);
    CHECK(status(head(
              post, {{"Host", "127.0.0.1"}, {"Origin", "http://127.0.0.1"}, {"Origin", "http://x"}})) == 400);
    CHECK(status(head(
              post, {{"Host", "127.0.0.1"}, {"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}})) ==
          400);
    CHECK(status(head(post, {{"Host", "127.0.0.1"}, {"Transfer-Encoding", "chunked"}})) == 200);
    CHECK(status(head(post, {{"Host", "127.0.0.1"}, {"Transfer-Encoding", "gzip"}})) == 400);
    CHECK(status(head(post, {{"Host", "127.0.0.1"}, {"Transfer-Encoding", "gzip, chunked"}})) == 400);
    auto old = head(post, {{"Host", "127.0.0.1"}, {"Transfer-Encoding", "chunked"}});
    old.version(10);
    CHECK(status(old) == 400);
}

TEST_CASE("an error is JSON whatever it quotes", "[admin][guard]")
{
    CHECK(admin_error(404, "no \"page\"\n").body == "{\"error\":\"no \\\"page\\\"\\n\"}\n");
}

}  // namespace gatehouse::service
