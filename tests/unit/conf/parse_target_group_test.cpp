#include "tests/unit/conf/problems.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view document = R"(groups: { web: { instances: [10.0.0.1] } }
lb:
  listeners: [ { name: http, bind: "127.0.0.1:0", default: { forward: web } } ]
  target_groups:
    web: { members: web, @ }
)";

void rejects(std::initializer_list<rejection> all)
{
    check_rejections(document, 5, "lb.target_groups.web", all);
}

target_group read(std::string_view keys)
{
    std::string text(document);
    text.replace(text.find('@'), 1, keys);
    const auto read = parse(text, "f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return read.value->lb->target_groups.at(0);
}

}  // namespace

TEST_CASE("a target group that only names its members has the documented defaults", "[conf][target_group]")
{
    target_group expected;
    expected.name = "web";
    expected.members = "web";
    CHECK(read("") == expected);
    CHECK(expected.port == 80);
    CHECK(expected.health_check.matcher == std::vector{std::pair(200U, 200U)});
}

TEST_CASE("every key of a target group reaches its field", "[conf][target_group]")
{
    target_group expected;
    expected.name = "web";
    expected.members = "web";
    expected.port = 8443;
    expected.protocol = target_protocol::https;
    expected.tls = {false, "/etc/ca.pem", "web.internal"};
    expected.algorithm = algorithm::least_outstanding_requests;
    expected.health_check = {"/healthz", 9000, 1500ms, 1s, 3, 4, {{200, 204}, {304, 304}}};
    expected.deregistration_delay = 0s;
    expected.stickiness = target_stickiness{2h};
    expected.cross_zone = false;
    expected.retries = {0, 100};
    expected.minimum_healthy = {3, 50};
    CHECK(
        read("port: 8443, protocol: https, protocol_version: http1, algorithm: least_outstanding_requests, "
             "tls: { verify: false, ca: /etc/ca.pem, server_name: web.internal }, cross_zone: false, "
             "health_check: { path: /healthz, port: 9000, interval: 1500ms, timeout: 1s, healthy_threshold: "
             "3, "
             "unhealthy_threshold: 4, matcher: \"200-204,304\" }, deregistration_delay: 0s, slow_start: 0s, "
             "stickiness: { type: lb_cookie, duration: 2h }, retries: { attempts: 0, budget: 100% }, "
             "minimum_healthy: { count: 3, percentage: 50% }") == expected);
}

TEST_CASE("traffic as the port of a health check is the port requests go to", "[conf][target_group]")
{
    CHECK(read("health_check: { port: traffic }").health_check.port == std::nullopt);
}

TEST_CASE("percentage off and 0% both switch the share of healthy targets off", "[conf][target_group]")
{
    CHECK(read("minimum_healthy: { percentage: off }").minimum_healthy.percentage == 0);
    CHECK(read("minimum_healthy: { percentage: 0% }").minimum_healthy.percentage == 0);
}

TEST_CASE("a health check out of its rules is refused at the value", "[conf][target_group]")
{
    rejects({
        {"health_check: { interval: 5s, timeout: 5s }", 65,
         ".health_check.timeout: must be shorter than interval (5s), found '5s'"},
        {"health_check: { interval: 1s }", 40,
         ".health_check.timeout: must be shorter than interval (1s), its default is '5s'"},
        {"health_check: { interval: 10ms }", 52, ".health_check.interval: must be 100ms .. 5m, found '10ms'"},
        {"health_check: { path: healthz }", 48,
         ".health_check.path: expected a path that starts with '/', at most 1024 visible ASCII "
         "characters without '#', found 'healthz'"},
        {"health_check: { port: target }", 48,
         ".health_check.port: expected traffic or a port 1 .. 65535, found 'target'"},
        {R"(health_check: { matcher: "299-200" })", 51,
         ".health_check.matcher: expected statuses 200 .. 599 such as \"200\", \"200,202\" or "
         "\"200-299\", found '299-200'"},
        {R"(health_check: { matcher: "2xx" })", 51,
         ".health_check.matcher: expected statuses 200 .. 599 such as \"200\", \"200,202\" or "
         "\"200-299\", found '2xx'"},
        {R"(health_check: { matcher: "200," })", 51,
         ".health_check.matcher: expected statuses 200 .. 599 such as \"200\", \"200,202\" or "
         "\"200-299\", found '200,'"},
        {"health_check: { healthy_threshold: 0 }", 61,
         ".health_check.healthy_threshold: expected a whole number 1 .. 10, found '0'"},
        {"health_check: { unhealthy_threshold: 11 }", 63,
         ".health_check.unhealthy_threshold: expected a whole number 1 .. 10, found '11'"},
        {"helth_check: {}", 26, ".helth_check: unknown key, did you mean 'health_check'?"},
        {"health_check: { interval: 5x, timeout: 9s }", 52,
         ".health_check.interval: expected a duration such as 250ms, 5s, 2m, 1h or 1d, found "
         "'5x'"},
        {"health_check: off", 40, ".health_check: expected a mapping, found 'off'"},
    });
}

TEST_CASE("a target group out of its rules is refused at the value", "[conf][target_group]")
{
    rejects({
        {"port: 0", 32, ".port: expected a whole number 1 .. 65535, found '0'"},
        {"port: http", 32, ".port: expected a whole number 1 .. 65535, found 'http'"},
        {"port: 08", 32, ".port: expected a whole number 1 .. 65535, found '08'"},
        {"protocol: htps", 36, ".protocol: unknown value, found 'htps', did you mean 'https'?"},
        {"protocol: ftp", 36, ".protocol: unknown value, found 'ftp'; allowed: http, https"},
        {"protocol_version: http2", 44, ".protocol_version: unknown value, found 'http2'; allowed: http1"},
        {"algorithm: weighted_random", 37,
         ".algorithm: unknown value, found 'weighted_random'; allowed: round_robin, "
         "least_outstanding_requests"},
        {"algorithm: least_outstanding_request", 37,
         ".algorithm: unknown value, found 'least_outstanding_request', did you mean "
         "'least_outstanding_requests'?"},
        {"cross_zone: yes", 38, ".cross_zone: expected true or false, found 'yes'"},
        {"cross_zone: True", 38, ".cross_zone: expected true or false, found 'True'"},
        {"deregistration_delay: 2h", 48, ".deregistration_delay: must be 0s .. 1h, found '2h'"},
        {"deregistration_delay: 300", 48,
         ".deregistration_delay: expected a duration such as 250ms, 5s, 2m, 1h or 1d, found "
         "'300'"},
        {"deregistration_delay: 5 s", 48,
         ".deregistration_delay: expected a duration such as 250ms, 5s, 2m, 1h or 1d, found '5 "
         "s'"},
        {"slow_start: 500ms", 38, ".slow_start: must be 0s or 1s .. 15m, found '500ms'"},
        {"slow_start: 1h", 38, ".slow_start: must be 0s or 1s .. 15m, found '1h'"},
        {"slow_start: 30s, algorithm: least_outstanding_requests", 38,
         ".slow_start: does not work with algorithm least_outstanding_requests; use "
         "round_robin, or 0s"},
        {"stickiness: { duration: 1d }", 38, ".stickiness.type: is required"},
        {"stickiness: { type: app_cookie }", 46,
         ".stickiness.type: unknown value, found 'app_cookie', did you mean 'lb_cookie'?"},
        {"stickiness: { type: lb_cookie, duration: 8d }", 67,
         ".stickiness.duration: must be 1s .. 7d, found '8d'"},
        {"retries: { attempts: 6 }", 47, ".retries.attempts: expected a whole number 0 .. 5, found '6'"},
        {"retries: { budget: 20 }", 45, ".retries.budget: expected 0% .. 100%, found '20'"},
        {"retries: { budget: 101% }", 45, ".retries.budget: expected 0% .. 100%, found '101%'"},
        {"minimum_healthy: { count: -1 }", 52,
         ".minimum_healthy.count: expected a whole number 0 .. 100000, found '-1'"},
        {"minimum_healthy: { percentage: on }", 57,
         ".minimum_healthy.percentage: expected 0% .. 100% or off, found 'on'"},
        {"tls: { verify: true }", 31,
         ".tls: belongs to a target group with protocol https, this one has http"},
        {R"(protocol: https, tls: { server_name: "a b" })", 63,
         ".tls.server_name: expected a host name, found 'a b'"},
    });
}

TEST_CASE("members must be a group that exists", "[conf][target_group]")
{
    const auto with_members = [](const std::string& name) {
        return problems(
            "groups: { web: { dns: a.example } }\nlb:\n  listeners: [ { name: http, bind: \"[::1]:0\", "
            "default: { fixed_response: {} } } ]\n  target_groups: { t: { members: " +
            name + " } }\n");
    };
    CHECK(with_members("web").empty());
    CHECK(with_members("wbe") ==
          "f.yaml:4:34: lb.target_groups.t.members: there is no group 'wbe', did you mean 'web'?");
    CHECK(
        problems("lb:\n  listeners: [ { name: http, bind: \"[::1]:0\", default: { fixed_response: {} } } ]\n"
                 "  target_groups: { t: {} }\n") == "f.yaml:3:23: lb.target_groups.t.members: is required");
}
