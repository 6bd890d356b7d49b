#include "tests/unit/conf/problems.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <variant>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view document = R"(groups: { web: { instances: [10.0.0.1] } }
lb:
  target_groups: { web: { members: web }, api: { members: web } }
  listeners:
    - name: http
      bind: "127.0.0.1:0"
      default: { forward: web }
      rules:
        - @
)";

void rejects(std::initializer_list<rejection> all)
{
    check_rejections(document, 9, "lb.listeners[0].rules[0]", all);
}

rule read(std::string_view written)
{
    std::string text(document);
    text.replace(text.find('@'), 1, written);
    const auto read = parse(text, "f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return read.value->lb->listeners.at(0).rules.at(0);
}

template <class Action> Action read_action(const std::string& written)
{
    return std::get<Action>(read("{ match: { path: [/x] }, action: { " + written + " } }").action);
}

}  // namespace

TEST_CASE("every kind of condition reaches its field", "[conf][rule]")
{
    match expected;
    expected.host = {"a.example", "*.b.example"};
    expected.path = {"/x/*", "*.php"};
    expected.method = {"GET", "M-SEARCH"};
    expected.header = {{"X-A", {"1", "2*"}}, {"X-B", {""}}};
    expected.query = {{"", {"on"}}, {"debug", {"*"}}};
    expected.source = {{"10.0.0.0", 8}, {"2001:db8::", 32}, {"192.0.2.7", 32}};
    CHECK(read("{ match: { host: [a.example, \"*.b.example\"], path: [\"/x/*\", \"*.php\"], method: [GET, "
               "M-SEARCH], "
               "header: { X-A: [\"1\", \"2*\"], X-B: \"\" }, query: { debug: \"*\", \"\": [\"on\"] }, "
               "source: [10.9.8.7/8, \"2001:DB8::1/32\", 192.0.2.7] }, action: { forward: web } }")
              .match == expected);
}

TEST_CASE("a rule without a name is named after its place", "[conf][rule]")
{
    CHECK(read("{ match: { path: [/x] }, action: { forward: web } }").name == "rule-1");
    CHECK(read("{ name: x, match: { path: [/x] }, action: { forward: web } }").name == "x");
}

TEST_CASE("forward takes a target group or a weighted list", "[conf][rule]")
{
    CHECK(read_action<forward>("forward: web") == forward{{{"web", 1}}, std::nullopt});
    CHECK(read_action<forward>(
              "forward: { targets: [ { group: web, weight: 0 }, { group: api, weight: 999 } ], "
              "stickiness: 1h }") == forward{{{"web", 0}, {"api", 999}}, 1h});
    CHECK(read_action<forward>("forward: { targets: [ web, { group: api } ] }") ==
          forward{{{"web", 1}, {"api", 1}}, std::nullopt});
}

TEST_CASE("a redirect keeps the parts it does not name", "[conf][rule]")
{
    redirect expected;
    expected.port = "443";
    CHECK(read_action<redirect>("redirect: { port: 443 }") == expected);
    CHECK(
        read_action<redirect>("redirect: { status: 308, protocol: \"#{protocol}\", host: \"www.#{host}\", "
                              "port: \"#{port}\", path: \"/new/#{path}\", query: \"a=#{port}&#{query}\" }") ==
        redirect{308, "#{protocol}", "www.#{host}", "#{port}", "/new/#{path}", "a=#{port}&#{query}"});
    CHECK(read_action<redirect>("redirect: { path: /x, query: \"\" }").query == "");
}

TEST_CASE("a fixed response may have a body of 16 KiB and no more", "[conf][rule]")
{
    CHECK(read_action<fixed_response>("fixed_response: {}") == fixed_response{});
    CHECK(read_action<fixed_response>(
              "fixed_response: { status: 503, content_type: text/html; charset=utf-8, "
              "body: \"a\\n\\tb\" }") == fixed_response{503, "text/html; charset=utf-8", "a\n\tb"});
    const std::string largest(16 * 1024, 'x');
    CHECK(read_action<fixed_response>("fixed_response: { body: " + largest + " }").body == largest);
    const auto written = "{ match: { path: [/x] }, action: { fixed_response: { body: " + largest + "x } } }";
    rejects({{written, 70, ".action.fixed_response.body: is 16385 bytes long, at most 16KiB are allowed"}});
}

TEST_CASE("a condition out of its rules is refused at the value", "[conf][rule]")
{
    rejects({
        {"{ match: {  }, action: { forward: web } }", 20,
         ".match: at least one of host, path, method, header, query and source is needed; what "
         "every other request gets stands under default"},
        {"{ match: { host: [example.com:80] }, action: { forward: web } }", 29,
         ".match.host[0]: expected a host name without port, '*' and '?' are wildcards, found "
         "'example.com:80'"},
        {"{ match: { path: [old] }, action: { forward: web } }", 29,
         ".match.path[0]: expected a path that starts with '/' or '*', at most 1024 visible "
         "ASCII characters without '#', found 'old'"},
        {R"({ match: { path: ["/a b"] }, action: { forward: web } })", 29,
         ".match.path[0]: expected a path that starts with '/' or '*', at most 1024 visible "
         "ASCII characters without '#', found '/a b'"},
        {"{ match: { method: [get] }, action: { forward: web } }", 31,
         ".match.method[0]: expected an upper-case method such as GET, found 'get'"},
        {R"({ match: { header: { "X Y": ["1"] } }, action: { forward: web } })", 32,
         ".match.header.X Y: expected the name of a header field"},
        {R"({ match: { header: { X-A: ["1"], x-a: ["2"] } }, action: { forward: web } })", 44,
         ".match.header.x-a: header 'x-a' is used already, by "
         "lb.listeners[0].rules[0].match.header.X-A"},
        {"{ match: { header: { X-A: [] } }, action: { forward: web } }", 37,
         ".match.header.X-A: at least one value is needed"},
        {"{ match: { header: {} }, action: { forward: web } }", 30,
         ".match.header: at least one name is needed"},
        {"{ match: { query: {} }, action: { forward: web } }", 29,
         ".match.query: at least one name is needed"},
        {"{ match: { source: [10.0.0.1/8, example.com] }, action: { forward: web } }", 43,
         ".match.source[1]: expected a network such as 10.0.0.0/8 or 2001:db8::/32, found "
         "'example.com'"},
        {"{ match: { paths: [/x] }, action: { forward: web } }", 22,
         ".match.paths: unknown key, did you mean 'path'?"},
        {"{ match: { client_ip: [10.0.0.1] }, action: { forward: web } }", 22,
         ".match.client_ip: unknown key; allowed: host, path, method, header, query, source"},
    });
}

TEST_CASE("an action is exactly one of three", "[conf][rule]")
{
    rejects({
        {"{ action: { forward: web } }", 11, ".match: is required"},
        {"{ match: { path: [/x] } }", 11, ".action: is required"},
        {R"({ name: "a b", match: { path: [/x] }, action: { forward: web } })", 19,
         ".name: expected a name of 1-64 letters, digits, '.', '_' or '-', found 'a b'"},
        {"{ match: { path: [/x] }, action: { forward: web, redirect: { port: 443 } } }", 44,
         ".action: expected exactly one of forward, redirect and fixed_response"},
        {"{ match: { path: [/x] }, action: { forwrd: web } }", 46,
         ".action.forwrd: unknown key, did you mean 'forward'?"},
    });
}

TEST_CASE("a forward out of its rules is refused at the value", "[conf][rule]")
{
    rejects({
        {"{ match: { path: [/x] }, action: { forward: { targets: [] } } }", 66,
         ".action.forward.targets: at least one value is needed"},
        {"{ match: { path: [/x] }, action: { forward: { targets: [ web, web ] } } }", 73,
         ".action.forward.targets[1]: target group 'web' is used already, by "
         "lb.listeners[0].rules[0].action.forward.targets[0]"},
        {"{ match: { path: [/x] }, action: { forward: { targets: [ { group: web, weight: 1000 } "
         "] } } }",
         90, ".action.forward.targets[0].weight: expected a whole number 0 .. 999, found '1000'"},
        {"{ match: { path: [/x] }, action: { forward: { targets: [ { group: web, weight: 0 }, { "
         "group: api, weight: 0 } ] } } }",
         66, ".action.forward.targets: at least one weight must be above 0"},
        {"{ match: { path: [/x] }, action: { forward: { targets: [ { group: wep } ] } } }", 77,
         ".action.forward.targets[0].group: there is no target group 'wep', did you mean 'web'?"},
        {"{ match: { path: [/x] }, action: { forward: { targets: [ web ], stickiness: 500ms } } "
         "}",
         87, ".action.forward.stickiness: must be 1s .. 7d, found '500ms'"},
        {"{ match: { path: [/x] }, action: { forward: { targets: [ web ], stickiness: 8d } } }", 87,
         ".action.forward.stickiness: must be 1s .. 7d, found '8d'"},
    });
}

TEST_CASE("a redirect out of its rules is refused at the value", "[conf][rule]")
{
    rejects({
        {"{ match: { path: [/x] }, action: { redirect: {} } }", 56,
         ".action.redirect: must change at least one of protocol, host, port and path, or it "
         "leads back to itself"},
        {"{ match: { path: [/x] }, action: { redirect: { status: 300, port: 443 } } }", 66,
         ".action.redirect.status: unknown value, found '300'; allowed: 301, 302, 303, 307, 308"},
        {R"({ match: { path: [/x] }, action: { redirect: { path: "/#{path}", query: "a=1" } } })", 56,
         ".action.redirect: must change at least one of protocol, host, port and path, or it "
         "leads back to itself"},
        {R"({ match: { path: [/x] }, action: { redirect: { path: "/#{pth}" } } })", 64,
         ".action.redirect.path: unknown placeholder '#{pth}', did you mean 'path'?"},
        {R"({ match: { path: [/x] }, action: { redirect: { path: "/#{path" } } })", 64,
         ".action.redirect.path: '#{' without its '}'"},
        {R"({ match: { path: [/x] }, action: { redirect: { path: "new" } } })", 64,
         ".action.redirect.path: expected a path that starts with '/', without '?' and '#', "
         "found 'new'"},
        {R"({ match: { path: [/x] }, action: { redirect: { path: "/a?b" } } })", 64,
         ".action.redirect.path: expected a path that starts with '/', without '?' and '#', "
         "found '/a?b'"},
        {R"({ match: { path: [/x] }, action: { redirect: { host: "a b" } } })", 64,
         ".action.redirect.host: expected a host name without port, found 'a b'"},
        {"{ match: { path: [/x] }, action: { redirect: { protocol: htts } } }", 68,
         ".action.redirect.protocol: unknown value, found 'htts', did you mean 'http'?"},
        {"{ match: { path: [/x] }, action: { redirect: { port: 0 } } }", 64,
         ".action.redirect.port: expected a port 1 .. 65535 or #{port}, found '0'"},
        {R"({ match: { path: [/x] }, action: { redirect: { port: 443, query: "a b" } } })", 76,
         ".action.redirect.query: expected visible ASCII characters without '#', found 'a b'"},
    });
}

TEST_CASE("a fixed response out of its rules is refused at the value", "[conf][rule]")
{
    rejects({
        {"{ match: { path: [/x] }, action: { fixed_response: { status: 302 } } }", 72,
         ".action.fixed_response.status: expected a status 200 .. 299 or 400 .. 599, found '302'"},
        {"{ match: { path: [/x] }, action: { fixed_response: { status: 600 } } }", 72,
         ".action.fixed_response.status: expected a status 200 .. 299 or 400 .. 599, found '600'"},
        {"{ match: { path: [/x] }, action: { fixed_response: { content_type: html } } }", 78,
         ".action.fixed_response.content_type: expected a media type such as text/plain, found "
         "'html'"},
        {"{ match: { path: [/x] }, action: { fixed_response: { status: 204, body: x } } }", 83,
         ".action.fixed_response.body: must be empty, a response 204 has none"},
        {R"({ match: { path: [/x] }, action: { fixed_response: { body: "\e" } } })", 70,
         ".action.fixed_response.body: expected text, found control characters"},
    });
}

TEST_CASE("rules of one listener have names of their own", "[conf][rule]")
{
    const std::string twice = "{ name: x, match: { path: [/x] }, action: { forward: web } }\n"
                              "        - { name: x, match: { path: [/y] }, action: { forward: web } }";
    std::string text(document);
    text.replace(text.find('@'), 1, twice);
    CHECK(problems(text) ==
          "f.yaml:10:11: lb.listeners[0].rules[1]: name 'x' is used already, by lb.listeners[0].rules[0]");
}
