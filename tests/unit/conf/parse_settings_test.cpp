#include "tests/unit/conf/problems.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view document = R"(lb:
  listeners: [ { name: http, bind: "127.0.0.1:0", default: { fixed_response: {} } } ]
  @
)";

void rejects(std::initializer_list<rejection> all)
{
    check_rejections(document, 3, "lb", all);
}

lb read(std::string_view written)
{
    std::string text(document);
    text.replace(text.find('@'), 1, written);
    const auto read = parse(text, "/etc/gatehouse/f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return *read.value->lb;
}

}  // namespace

TEST_CASE("every setting of the load balancer has a default", "[conf][lb]")
{
    const auto defaults = read("");
    CHECK(defaults.workers == 0);
    CHECK(defaults.timeouts == timeouts{});
    CHECK(defaults.limits == limits{});
    CHECK(defaults.headers == header_policy{});
    CHECK(defaults.desync_mitigation == desync_mode::defensive);
    CHECK_FALSE(defaults.access_log.has_value());
    CHECK(defaults.admin == admin{{"127.0.0.1", 9101}, ""});
}

TEST_CASE("every timeout and limit reaches its field", "[conf][lb]")
{
    CHECK(
        read(
            "timeouts: { client_header: 1s, client_body: 2s, client_idle: 3s, connect: 100ms, target: 4000s, "
            "tls_handshake: 6s, drain: 1h }")
            .timeouts == timeouts{1s, 2s, 3s, 100ms, 4000s, 6s, 1h});
    CHECK(read("limits: { request_line: 1KiB, header: 2048B, headers: 128KiB, header_count: 1000, "
               "connections: 1, "
               "connections_per_source: 7, requests_per_connection: 8 }")
              .limits == limits{1024, 2048, 128 * 1024, 1000, 1, 7, 8});
}

TEST_CASE("every other setting reaches its field", "[conf][lb]")
{
    CHECK(read("workers: 4").workers == 4);
    CHECK(read("workers: auto").workers == 0);
    CHECK(read("desync_mitigation: monitor").desync_mitigation == desync_mode::monitor);
    CHECK(read("desync_mitigation: strictest").desync_mitigation == desync_mode::strictest);
    CHECK(read("headers: { forwarded_for: remove, preserve_host: false, server: remove }").headers ==
          header_policy{header_policy::forwarded::remove, false, header_policy::server_field::remove});
    CHECK(read("headers: { forwarded_for: preserve }").headers.forwarded_for ==
          header_policy::forwarded::preserve);
    CHECK(read("admin: { bind: \"[::1]:0\" }").admin == admin{{"::1", 0}, ""});
    CHECK(read("admin: { bind: \"10.0.0.1:9101\", token: s3cret }").admin ==
          admin{{"10.0.0.1", 9101}, "s3cret"});
}

TEST_CASE("the access log is off, standard output or a file", "[conf][lb]")
{
    using format = access_log::format;
    CHECK_FALSE(read("access_log: off").access_log.has_value());
    CHECK(read("access_log: { path: \"-\" }").access_log == access_log{"-", format::json});
    CHECK(read("access_log: { path: access.log, format: alb }").access_log ==
          access_log{"/etc/gatehouse/access.log", format::alb});
}

TEST_CASE("a setting of the load balancer out of its rules is refused at the value", "[conf][lb]")
{
    rejects({
        {"workers: 0", 12, ".workers: expected auto or a whole number 1 .. 1024, found '0'"},
        {"workers: many", 12, ".workers: expected auto or a whole number 1 .. 1024, found 'many'"},
        {"workers: 2000", 12, ".workers: expected auto or a whole number 1 .. 1024, found '2000'"},
        {"timeouts: { client_header: 50ms }", 30,
         ".timeouts.client_header: must be 100ms .. 4000s, found '50ms'"},
        {"timeouts: { target: 2h }", 23, ".timeouts.target: must be 100ms .. 4000s, found '2h'"},
        {"timeouts: { connect: 3 }", 24,
         ".timeouts.connect: expected a duration such as 250ms, 5s, 2m, 1h or 1d, found '3'"},
        {"timeouts: { connct: 3s }", 15, ".timeouts.connct: unknown key, did you mean 'connect'?"},
        {"limits: { request_line: 512B }", 27, ".limits.request_line: must be 1KiB .. 64KiB, found '512B'"},
        {"limits: { headers: 256KiB }", 22, ".limits.headers: must be 1KiB .. 128KiB, found '256KiB'"},
        {"limits: { header: 16KB }", 21,
         ".limits.header: expected a size such as 512B, 16KiB or 64MiB, found '16KB'"},
        {"limits: { header: 16384 }", 21,
         ".limits.header: expected a size such as 512B, 16KiB or 64MiB, found '16384'"},
        {"limits: { header_count: 0 }", 27,
         ".limits.header_count: expected a whole number 1 .. 1000, found '0'"},
        {"limits: { connections: 1e3 }", 26,
         ".limits.connections: expected a whole number 1 .. 1000000, found '1e3'"},
        {"desync_mitigation: strict", 22,
         ".desync_mitigation: unknown value, found 'strict', did you mean 'strictest'?"},
        {"headers: { forwarded_for: appendd }", 29,
         ".headers.forwarded_for: unknown value, found 'appendd', did you mean 'append'?"},
        {"headers: { preserve_host: 1 }", 29, ".headers.preserve_host: expected true or false, found '1'"},
        {"headers: { server: hide }", 22,
         ".headers.server: unknown value, found 'hide'; allowed: keep, remove"},
        {"access_log: on", 15, ".access_log: expected off or a mapping with path and format, found 'on'"},
        {"access_log: {}", 15, ".access_log.path: is required"},
        {"access_log: { path: a, format: clf }", 34,
         ".access_log.format: unknown value, found 'clf'; allowed: json, alb"},
        {R"(access_log: { path: "" })", 23,
         R"(.access_log.path: expected the path of a file, or "-" for standard output, found '')"},
        {"access_log: []", 15, ".access_log: expected a mapping, found a list"},
        {R"(admin: { bind: "0.0.0.0:9101" })", 10,
         ".admin.token: is required when bind is not a loopback address, found '0.0.0.0:9101'"},
        {R"(admin: { bind: "0.0.0.0:9101", token: "" })", 41,
         ".admin.token: expected visible ASCII characters without spaces, at least one"},
        {"admin: { bind: 9101 }", 18,
         ".admin.bind: expected an IP address and a port such as 0.0.0.0:443 or [::]:443, found "
         "'9101'"},
        {R"(admin: { bind: "127.0.0.1:1", tokn: x })", 33, ".admin.tokn: unknown key, did you mean 'token'?"},
    });
}
