#include "lb/router/route_table.hpp"

#include "tests/unit/router/request.hpp"
#include "tests/unit/target/allocations.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse;
using lb::testing::request;

namespace {

// A table of one rule; true when it, and not the default, takes the request.
bool takes(const conf::match& when, const request& sent)
{
    conf::listener listener;
    listener.rules.push_back({"only", when, conf::fixed_response{}});
    return lb::route_table(listener).match(sent.asked()) == 0;
}

using headers = std::map<std::string, std::vector<std::string>>;

template <class Values> conf::match on(Values conf::match::*kind, Values values)
{
    conf::match when;
    when.*kind = std::move(values);
    return when;
}

conf::match on_host(std::string pattern)
{
    return on(&conf::match::host, {std::move(pattern)});
}
conf::match on_path(std::string pattern)
{
    return on(&conf::match::path, {std::move(pattern)});
}
conf::match on_headers(headers wanted)
{
    return on(&conf::match::header, std::move(wanted));
}
conf::match on_query(std::string key, std::string value)
{
    return on(&conf::match::query, {{std::move(key), {std::move(value)}}});
}

request to(std::string_view host)
{
    return {"GET", "/", host};
}
request get(std::string_view target)
{
    return {"GET", target, "example.com"};
}

}  // namespace

TEST_CASE("a host matches without its port, in either case", "[router]")
{
    CHECK(takes(on_host("api.example.com"), to("api.example.com")));
    CHECK(takes(on_host("API.example.com"), to("api.EXAMPLE.com:8443")));
    CHECK_FALSE(takes(on_host("api.example.com"), to("api.example.com.evil.test")));
    CHECK(takes(on_host("*.example.com"), to("a.b.example.com")));
    CHECK_FALSE(takes(on_host("*.example.com"), to("example.com")));
    CHECK_FALSE(takes(on_host("*.example.com"), to("")));
    CHECK(takes(on_host("[2001:db8::1]"), to("[2001:DB8::1]:443")));
    CHECK(takes(on_host("[2001:db8::1]"), to("[2001:db8::1]")));
}

TEST_CASE("a path matches as sent, in its own case and without the query", "[router]")
{
    CHECK(takes(on_path("/v2/*"), get("/v2/cart?id=1")));
    CHECK_FALSE(takes(on_path("/v2/*"), get("/V2/cart")));
    CHECK_FALSE(takes(on_path("/v2/cart?id=1"), get("/v2/cart?id=1")));
    CHECK(takes(on_path("/v?/cart"), get("/v2/cart")));
    CHECK_FALSE(takes(on_path("/admin"), get("/%61dmin")));
    CHECK(takes(on_path("/%61dmin"), get("/%61dmin")));
    CHECK_FALSE(takes(on_path("/*"), get("?a")));
    CHECK(takes(on_path("/"), request("GET", "http://example.com", "example.com").without_path()));
}

TEST_CASE("a method matches exactly", "[router]")
{
    const auto read = on(&conf::match::method, {"GET", "HEAD"});
    CHECK(takes(read, {"HEAD", "/", "example.com"}));
    CHECK_FALSE(takes(read, {"get", "/", "example.com"}));
    CHECK_FALSE(takes(read, {"POST", "/", "example.com"}));
}

TEST_CASE("a header matches in any field of its name", "[router]")
{
    const auto one = on_headers({{"X-Canary", {"yes*", "1"}}});
    CHECK(takes(one, {"GET", "/", "example.com", {{"x-canary", "1"}}}));
    CHECK(
        takes(one, {"GET", "/", "example.com", {{"X-CANARY", "no"}, {"Other", "2"}, {"X-Canary", "YES!"}}}));
    CHECK_FALSE(takes(one, {"GET", "/", "example.com", {{"x-canary", "no"}, {"x-canary-2", "1"}}}));
    CHECK_FALSE(takes(one, get("/")));
    const auto both = on_headers({{"A", {"1"}}, {"B", {"2"}}});
    CHECK(takes(both, {"GET", "/", "example.com", {{"B", "2"}, {"A", "1"}}}));
    CHECK_FALSE(takes(both, {"GET", "/", "example.com", {{"A", "1"}, {"B", "3"}}}));
}

TEST_CASE("a query parameter matches as sent or decoded once, in either case", "[router]")
{
    CHECK(takes(on_query("debug", "on"), get("/?a=b&Debug=ON")));
    CHECK(takes(on_query("debug", "on"), get("/?%64ebug=%6fn")));
    CHECK(takes(on_query("debug", "%6fn"), get("/?debug=%6fn")));
    CHECK_FALSE(takes(on_query("debug", "on"), get("/?debug=%256fn")));
    CHECK_FALSE(takes(on_query("debug", "on"), get("/?debugger=on")));
    CHECK_FALSE(takes(on_query("debug", "on"), get("/")));
    CHECK(takes(on_query("debug", "off"), get("/?debug=on&debug=off")));
    CHECK(takes(on_query("a&b", "1=2"), get("/?a%26b=1=2")));  // only the raw bytes separate
    CHECK_FALSE(takes(on_query("b", "1"), get("/?a%26b=1")));
}

TEST_CASE("a query parameter may be empty, escaped or under any key", "[router]")
{
    CHECK(takes(on_query("debug", ""), get("/?debug")));
    CHECK(takes(on_query("debug", "*"), get("/?x&debug=")));
    CHECK_FALSE(takes(on_query("*", "*"), get("/?&&")));
    CHECK(takes(on_query("*", "on"), get("/?whatever=on")));
    CHECK(takes(on_query("q", R"(\*)"), get("/?q=*")));
    CHECK_FALSE(takes(on_query("q", R"(\*)"), get("/?q=x")));
}

TEST_CASE("a source matches by network", "[router]")
{
    const auto inside = on(&conf::match::source, {{"10.0.0.0", 8}, {"2001:db8::", 32}});
    CHECK(takes(inside, request("GET", "/", "example.com").from("10.1.2.3")));
    CHECK(takes(inside, request("GET", "/", "example.com").from("::ffff:10.1.2.3")));
    CHECK(takes(inside, request("GET", "/", "example.com").from("2001:db8::9")));
    CHECK_FALSE(takes(inside, request("GET", "/", "example.com").from("192.0.2.1")));
}

namespace {

lb::route_table site()
{
    conf::listener listener;
    listener.rules = {
        {"canary",
         {.host = {"api.example.com", "*.api.example.com"},
          .path = {"/v2/*"},
          .method = {"GET", "POST"},
          .header = {{"X-Canary", {"1"}}},
          .query = {{"debug", {"on"}}},
          .source = {{"192.0.2.0", 24}}},
         conf::forward{{{"canary", 1}}, {}}},
        {"api", on_host("api.example.com"), conf::forward{{{"api", 1}}, {}}},
        {"shadowed", on_host("api.*"), conf::redirect{}},
    };
    listener.default_action = conf::fixed_response{.status = 404, .content_type = "text/plain", .body = ""};
    return lb::route_table(listener);
}

std::string first_line(const request& sent)
{
    return site().explain(sent.asked()).front();
}

const std::vector<std::pair<std::string, std::string>> canary{{"X-Canary", "1"}};

}  // namespace

TEST_CASE("the first rule that matches wins and the default takes the rest", "[router]")
{
    const auto table = site();
    const auto index = [&](const request& sent) { return table.match(sent.asked()); };
    CHECK(index({"GET", "/v2/x?debug=on", "api.example.com", canary}) == 0);
    CHECK(index({"GET", "/v1/x?debug=on", "api.example.com", canary}) == 1);
    CHECK(index({"GET", "/", "api.example.org"}) == 2);
    CHECK(index({"GET", "/", "www.example.org"}) == 3);
    CHECK(table.rules() == 3);
    CHECK(table.name(0) == "canary");
    CHECK(table.name(3) == "default");
    CHECK(std::get<conf::forward>(table.action(1)).targets[0].group == "api");
    CHECK(std::get<conf::fixed_response>(table.action(3)).status == 404);
}

TEST_CASE("without rules the default takes every request", "[router]")
{
    conf::listener listener;
    listener.default_action = conf::redirect{};
    const lb::route_table table(listener);
    const request any("GET", "/", "example.com");
    CHECK(table.match(any.asked()) == 0);
    CHECK(table.name(0) == "default");
    CHECK(std::holds_alternative<conf::redirect>(table.action(0)));
    CHECK(table.explain(any.asked()) == std::vector<std::string>{"default: no rule matched"});
}

TEST_CASE("explain says why each rule was passed over", "[router]")
{
    using story = std::vector<std::string>;
    const auto whole = [](const request& sent) { return site().explain(sent.asked()); };
    CHECK(whole({"GET", "/v2/x?debug=on", "api.example.com", canary}) == story{"rule canary: matches"});
    CHECK(whole({"GET", "/", "www.example.com:8080"}) ==
          story{"rule canary: host www.example.com does not match api.example.com or *.api.example.com",
                "rule api: host www.example.com does not match api.example.com",
                "rule shadowed: host www.example.com does not match api.*", "default: no rule matched"});
}

TEST_CASE("explain names the first condition that does not hold", "[router]")
{
    const std::string host = "api.example.com";
    CHECK(first_line({"PUT", "/", host}) == "rule canary: method PUT is not GET or POST");
    CHECK(first_line(request("GET", "/", host).from("10.0.0.1")) ==
          "rule canary: source 10.0.0.1 is not in 192.0.2.0/24");
    CHECK(first_line({"GET", "/", ""}) ==
          "rule canary: host (none) does not match api.example.com or *.api.example.com");
    CHECK(first_line({"GET", "/v1", host}) == "rule canary: path /v1 does not match /v2/*");
    CHECK(first_line({"GET", "/v2/", host}) == "rule canary: no field X-Canary matches 1");
    CHECK(first_line({"GET", "/v2/", host, canary}) == "rule canary: no query parameter debug matches on");
}

TEST_CASE("matching allocates nothing", "[router]")
{
    const auto table = site();
    const request hit("GET", "/v2/" + std::string(4000, 'x') + "?debug=%6fn", "api.example.com", canary);
    const request miss("GET", "/v2/?debug=%6ff", std::string(300, 'h') + ".test", canary);
    const auto asked_hit = hit.asked(), asked_miss = miss.asked();
    const auto before = allocations();
    const auto first = table.match(asked_hit), last = table.match(asked_miss);
    CHECK(allocations() == before);
    CHECK(first == 0);
    CHECK(last == 3);
}
