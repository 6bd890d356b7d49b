#include "lb/router/actions.hpp"

#include "lb/target/balancer.hpp"
#include "tests/unit/router/request.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <initializer_list>
#include <utility>

using namespace gatehouse;
using lb::testing::request;

namespace {

using to = conf::redirect;

// A redirect that names these parts.
conf::redirect with(std::initializer_list<std::pair<std::optional<std::string> to::*, std::string>> parts)
{
    conf::redirect how;
    for (const auto& [part, form] : parts) how.*part = form;
    return how;
}

std::string location(const conf::redirect& how, const request& sent, std::string_view protocol = "http",
                     std::string_view port = "8080")
{
    return lb::location_of(how, sent.asked(), protocol, port, "192.0.2.10");
}

const request shop("GET", "/old/item?id=7&x=%20", "shop.example.com:8080");

}  // namespace

TEST_CASE("a redirect keeps the parts it does not name", "[router][redirect]")
{
    CHECK(location(with({}), shop) == "http://shop.example.com:8080/old/item?id=7&x=%20");
    CHECK(location(with({{&to::protocol, "https"}, {&to::port, "443"}}), shop) ==
          "https://shop.example.com/old/item?id=7&x=%20");
    CHECK(location(with({{&to::host, "www.example.com"}}), shop) ==
          "http://www.example.com:8080/old/item?id=7&x=%20");
    CHECK(location(with({{&to::path, "/gone"}, {&to::query, ""}}), shop) ==
          "http://shop.example.com:8080/gone");
    CHECK(location(with({}), request("GET", "/", "a.example")) == "http://a.example:8080/");
}

TEST_CASE("a redirect fills in the keywords", "[router][redirect]")
{
    CHECK(location(with({{&to::path, "/new/#{path}"}}), shop) ==
          "http://shop.example.com:8080/new/old/item?id=7&x=%20");
    CHECK(location(with({{&to::host, "www.#{host}"}, {&to::query, "from=#{host}:#{port}&#{query}"}}), shop) ==
          "http://www.shop.example.com:8080/old/item?from=shop.example.com:8080&id=7&x=%20");
    CHECK(location(with({{&to::path, "/#{protocol}/#{port}"}, {&to::query, ""}}), shop) ==
          "http://shop.example.com:8080/http/8080");
    CHECK(location(with({{&to::path, "/#{nothing}/#{path"}, {&to::query, ""}}), shop) ==
          "http://shop.example.com:8080/#{nothing}/#{path");
}

TEST_CASE("a redirect leaves out the default port of its protocol", "[router][redirect]")
{
    const request plain("GET", "/", "a.example");
    CHECK(location(with({}), plain, "http", "80") == "http://a.example/");
    CHECK(location(with({}), plain, "https", "443") == "https://a.example/");
    CHECK(location(with({{&to::protocol, "https"}}), plain, "http", "80") == "https://a.example:80/");
    CHECK(location(with({{&to::protocol, "http"}, {&to::port, "443"}}), plain) == "http://a.example:443/");
}

TEST_CASE("a redirect of a request without host goes to the listener's address", "[router][redirect]")
{
    const request bare("GET", "/x", "");
    CHECK(location(with({}), bare) == "http://192.0.2.10:8080/x");
    CHECK(lb::location_of({}, bare.asked(), "https", "443", "2001:db8::1") == "https://[2001:db8::1]/x");
    CHECK(location(with({}), request("GET", "/x", "[::1]:8080")) == "http://[::1]:8080/x");
}

TEST_CASE("a Location holds no byte that a URI may not", "[router][redirect]")
{
    CHECK(location(with({{&to::path, "/a\r\nSet-Cookie: b"}, {&to::query, "\x7f\xc3\xa9"}}), shop) ==
          "http://shop.example.com:8080/a%0D%0ASet-Cookie:%20b?%7F%C3%A9");
}

TEST_CASE("a path cannot run into the host's name", "[router][redirect]")
{
    CHECK(location(with({{&to::path, ".evil.test"}, {&to::query, ""}}), shop) ==
          "http://shop.example.com:8080/.evil.test");
    CHECK(location(with({{&to::path, "#{path}"}, {&to::query, ""}}), shop) ==
          "http://shop.example.com:8080/old/item");
    CHECK(location(with({{&to::query, ""}}), request("OPTIONS", "", "a.example")) ==
          "http://a.example:8080/");
}

TEST_CASE("groups share requests by weight", "[router][forward]")
{
    const conf::forward how{{{"blue", 90}, {"off", 0}, {"green", 10}}, {}};
    std::array<int, 3> hits{};
    lb::balancer dice(7);
    for (int i = 0; i < 10000; ++i) ++hits[lb::choose_group(how, dice.random(), {})];
    CHECK(hits[0] == Approx(9000).margin(150));
    CHECK(hits[1] == 0);
    CHECK(hits[2] == Approx(1000).margin(150));
    CHECK(lb::choose_group(how, 89, {}) == 0);
    CHECK(lb::choose_group(how, 90, {}) == 2);
    CHECK(lb::choose_group(how, 100, {}) == 0);
}

TEST_CASE("a sticky client stays in its group while it has any weight", "[router][forward]")
{
    const conf::forward how{{{"blue", 90}, {"off", 0}, {"green", 10}}, {}};
    CHECK(lb::choose_group(how, 0, lb::sticky_hash("green", "")) == 2);
    CHECK(lb::choose_group(how, 95, lb::sticky_hash("blue", "")) == 0);
    CHECK(lb::choose_group(how, 95, lb::sticky_hash("off", "")) == 2);
    CHECK(lb::choose_group(how, 95, lb::sticky_hash("unknown", "")) == 2);
}

TEST_CASE("a single group needs no lot", "[router][forward]")
{
    CHECK(lb::choose_group({{{"web", 1}}, {}}, 12345, 99) == 0);
}
