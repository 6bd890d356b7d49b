#include "tests/unit/conf/problems.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;

namespace {

constexpr std::string_view document = R"(groups: { web: { instances: [10.0.0.1] } }
lb:
  target_groups: { web: { members: web } }
  listeners:
    - { @ }
)";

void rejects(std::initializer_list<rejection> all)
{
    check_rejections(document, 5, "lb.listeners[0]", all);
}

lb read(std::string_view written)
{
    std::string text(document);
    text.replace(text.find('@'), 1, written);
    const auto read = parse(text, "f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return *read.value->lb;
}

}  // namespace

TEST_CASE("every key of a listener reaches its field", "[conf][listener]")
{
    const auto listener =
        read("name: https, bind: [\"127.0.0.1:8443\", \"[2001:DB8::1]:0\"], protocol: https, "
             "proxy_protocol: { trusted: [10.0.1.7/16] }, tls: { policy: modern, certificates: [ "
             "{ certificate: /a.crt, private_key: /a.key }, { certificate: b.crt, private_key: b.key "
             "} ] }, rules: [], default: { forward: web }")
            .listeners.at(0);
    CHECK(listener.name == "https");
    CHECK(listener.bind == std::vector<bind_address>{{"127.0.0.1", 8443}, {"2001:db8::1", 0}});
    CHECK(listener.protocol == listener_protocol::https);
    CHECK(listener.proxy_protocol == std::vector<network>{{"10.0.0.0", 16}});
    CHECK(listener.tls == listener_tls{tls_policy::modern, {{"/a.crt", "/a.key"}, {"b.crt", "b.key"}}});
    CHECK(listener.default_action == action(forward{{{"web", 1}}, std::nullopt}));
}

TEST_CASE("a listener speaks plain HTTP unless it says otherwise", "[conf][listener]")
{
    const auto listener = read("name: http, bind: \"0.0.0.0:80\", default: { forward: web }").listeners.at(0);
    CHECK(listener.protocol == listener_protocol::http);
    CHECK_FALSE(listener.tls.has_value());
    CHECK(listener.bind == std::vector<bind_address>{{"0.0.0.0", 80}});
}

TEST_CASE("port 0 may be bound any number of times", "[conf][listener]")
{
    CHECK(read("name: http, bind: [\"127.0.0.1:0\", \"127.0.0.1:0\"], default: { forward: web }")
              .listeners.at(0)
              .bind.size() == 2);
}

TEST_CASE("a name or an address of a listener out of its rules is refused", "[conf][listener]")
{
    rejects({
        {R"(name: http, bind: "127.0.0.1:0")", 7, ".default: is required"},
        {R"(name: http, bind: "localhost:80", default: { forward: web })", 27,
         ".bind: expected an IP address and a port such as 0.0.0.0:443 or [::]:443, found "
         "'localhost:80'"},
        {R"(name: http, bind: "127.0.0.1:0", default: { forward: wbe })", 62,
         ".default.forward: there is no target group 'wbe', did you mean 'web'?"},
        {R"(name: http, bind: "127.0.0.1:0", default: { forward: nowhere })", 62,
         ".default.forward: there is no target group 'nowhere'; allowed: web"},
        {R"(name: http, bind: "127.0.0.1:0", default: {})", 51,
         ".default: expected exactly one of forward, redirect and fixed_response"},
    });
}

TEST_CASE("a setting of a listener out of its rules is refused", "[conf][listener]")
{
    rejects({
        {R"(bind: "127.0.0.1:0", default: { forward: web })", 7, ".name: is required"},
        {"name: http, default: { forward: web }", 7, ".bind: is required"},
        {R"(name: admin, bind: "127.0.0.1:0", default: { forward: web })", 15,
         ".name: name 'admin' is used already, by lb.admin"},
        {R"(name: "a b", bind: "127.0.0.1:0", default: { forward: web })", 15,
         ".name: expected a name of 1-64 letters, digits, '.', '_' or '-', found 'a b'"},
        {R"(name: http, bind: "::1:80", default: { forward: web })", 27,
         ".bind: expected an IP address and a port such as 0.0.0.0:443 or [::]:443, found "
         "'::1:80'"},
        {"name: http, bind: 80, default: { forward: web }", 27,
         ".bind: expected an IP address and a port such as 0.0.0.0:443 or [::]:443, found '80'"},
        {"name: http, bind: [], default: { forward: web }", 27, ".bind: at least one value is needed"},
        {R"(name: http, bind: ["127.0.0.1:65536"], default: { forward: web })", 28,
         ".bind[0]: expected an IP address and a port such as 0.0.0.0:443 or [::]:443, found "
         "'127.0.0.1:65536'"},
        {R"(name: http, bind: "[127.0.0.1]:80", default: { forward: web })", 27,
         ".bind: expected an IP address and a port such as 0.0.0.0:443 or [::]:443, found "
         "'[127.0.0.1]:80'"},
        {R"(name: http, bind: ["0.0.0.0:80", "0.0.0.0:80"], default: { forward: web })", 42,
         ".bind[1]: address '0.0.0.0:80' is used already, by lb.listeners[0].bind[0]"},
        {R"(name: http, bind: ["127.0.0.1:9101"], default: { forward: web })", 28,
         ".bind[0]: address '127.0.0.1:9101' is used already, by lb.admin.bind"},
        {R"(name: http, bind: "127.0.0.1:0", default: { forward: web }, protocol: https)", 7,
         ".tls: is required when protocol is https"},
        {"name: http, bind: \"127.0.0.1:0\", default: { forward: web }, tls: { certificates: [ { "
         "certificate: a, private_key: b } ] }",
         74, ".tls: belongs to a listener with protocol https, this one has http"},
        {R"(name: http, bind: "127.0.0.1:0", default: { forward: web }, protocol: tcp)", 79,
         ".protocol: unknown value, found 'tcp'; allowed: http, https"},
        {"name: http, bind: \"127.0.0.1:0\", default: { forward: web }, protocol: https, tls: { "
         "certificates: [] }",
         107, ".tls.certificates: at least one value is needed"},
        {R"(name: http, bind: "127.0.0.1:0", default: { forward: web }, protocol: https, tls: {})", 91,
         ".tls.certificates: is required"},
        {"name: http, bind: \"127.0.0.1:0\", default: { forward: web }, proxy_protocol: { "
         "trusted: [10.0.0.0/33] }",
         97,
         ".proxy_protocol.trusted[0]: expected a network such as 10.0.0.0/8 or 2001:db8::/32, "
         "found '10.0.0.0/33'"},
        {"name: http, bind: \"127.0.0.1:0\", default: { forward: web }, proxy_protocol: { "
         "trusted: [] }",
         96, ".proxy_protocol.trusted: at least one value is needed"},
        {R"(name: http, bind: "127.0.0.1:0", default: { forward: web }, proxy_protocol: true)", 85,
         ".proxy_protocol: expected a mapping, found 'true'"},
        {R"(name: http, bind: "127.0.0.1:0", default: { forward: web }, http2: true)", 69,
         ".http2: unknown key; allowed: name, bind, protocol, proxy_protocol, tls, rules, "
         "default"},
        {R"(name: http, bind: "127.0.0.1:0", default: { forward: web }, rules: {})", 76,
         ".rules: expected a list, found a mapping"},
    });
}

TEST_CASE("all problems of a listener are told at once", "[conf][listener]")
{
    CHECK(
        problems(
            "lb:\n  listeners:\n    - name: https\n      bind: \"[::1]:0\"\n      protocol: https\n      "
            "tls:\n"
            "        policy: old\n        certificates:\n          - certificate: a\n      defalt: {}\n") ==
        "f.yaml:3:7: lb.listeners[0].default: is required\n"
        "f.yaml:7:17: lb.listeners[0].tls.policy: unknown value, found 'old'; allowed: modern, intermediate\n"
        "f.yaml:9:13: lb.listeners[0].tls.certificates[0].private_key: is required\n"
        "f.yaml:10:7: lb.listeners[0].defalt: unknown key, did you mean 'default'?");
}

TEST_CASE("two listeners share neither a name nor an address", "[conf][listener]")
{
    CHECK(
        problems("lb:\n  listeners:\n    - { name: a, bind: \"[::1]:80\", default: { fixed_response: {} } }\n"
                 "    - { name: a, bind: \"[0::1]:80\", default: { fixed_response: {} } }\n") ==
        "f.yaml:4:15: lb.listeners[1].name: name 'a' is used already, by lb.listeners[0].name\n"
        "f.yaml:4:24: lb.listeners[1].bind: address '[::1]:80' is used already, by lb.listeners[0].bind");
}

TEST_CASE("a load balancer without a listener is refused", "[conf][listener]")
{
    CHECK(problems("lb: {}\n") == "f.yaml:1:5: lb.listeners: is required");
    CHECK(problems("lb: { listeners: [] }\n") == "f.yaml:1:18: lb.listeners: at least one value is needed");
}
