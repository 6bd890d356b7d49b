#include "tests/unit/conf/problems.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view document = R"(groups: { web: { instances: [] }, db: { instances: [] } }
bastion:
  bind: "127.0.0.1:0"
  host_keys: /key
  users: [ { name: alice, authorized_keys: k, groups: [ops] }, { name: bob, authorized_keys: k, groups: [ops, dev] } ]
  rules:
    - { @ }
)";

std::string with(std::string_view written)
{
    std::string text(document);
    return text.replace(text.find('@'), 1, written);
}

access_rule read(std::string_view written)
{
    const auto read = parse(with(written), "f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return read.value->bastion->rules.at(0);
}

}  // namespace

TEST_CASE("every key of a rule reaches its field", "[conf][access_rule]")
{
    using namespace std::chrono;
    const auto rule =
        read("name: ops, groups: [ops], users: [alice, bob], targets: [web, db], ports: [22, 65535], source: "
             "[203.0.113.7/24, \"2001:db8::1\"], between: \"Mon-Fri 08:00-19:00 Europe/London\", "
             "not_before: 2026-01-01T00:00:00Z, expires: 2026-12-31T18:00:00+01:00, terminating: true");
    CHECK(rule == access_rule{"ops",
                              {"ops"},
                              {"alice", "bob"},
                              {"web", "db"},
                              {22, 65535},
                              {{"203.0.113.0", 24}, {"2001:db8::1", 128}},
                              weekly_window{0x1f, 8h, 19h, "Europe/London"},
                              sys_days(2026y / 1 / 1),
                              sys_days(2026y / 12 / 31) + 17h,
                              true});
}

TEST_CASE("a rule says at least where to, and single values will do", "[conf][access_rule]")
{
    CHECK(read("targets: web") ==
          access_rule{"rule-1", {}, {}, {"web"}, {22}, {}, std::nullopt, std::nullopt, std::nullopt, false});
    const auto rule = read("groups: dev, users: bob, targets: db, ports: 2222, source: 192.0.2.1");
    CHECK(rule.groups == std::vector<std::string>{"dev"});
    CHECK(rule.users == std::vector<std::string>{"bob"});
    CHECK(rule.ports == std::vector<std::uint16_t>{2222});
    CHECK(rule.source == std::vector<network>{{"192.0.2.1", 32}});
}

TEST_CASE("a rule out of its rules is refused at the value", "[conf][access_rule]")
{
    const std::string window = ".between: expected days, times and a time zone such as Mon-Fri 08:00-19:00 "
                               "Europe/London or Sat,Sun 22:00-06:00, found '";
    const std::string time = ": expected a time such as 2026-12-31T18:00:00Z or 2026-12-31T18:00:00+01:00, found '";
    const auto early = ".not_before" + time + "2026-01-01'", late = ".expires" + time + "tomorrow'";
    const auto no_window = window + "at night'", upwards = window + "08:00-09:00 ../../etc/passwd'";
    check_rejections(document, 7, "bastion.rules[0]", {
        {"name: ops", 7, ".targets: is required"},
        {"targets: []", 18, ".targets: at least one value is needed"},
        {"targets: [web, wbe]", 24, ".targets[1]: there is no group 'wbe', did you mean 'web'?"},
        {"name: a b, targets: web", 15,
         ".name: expected a name of 1-64 letters, digits, '.', '_' or '-', found 'a b'"},
        {"targets: web, groups: []", 31, ".groups: at least one value is needed"},
        {"targets: web, groups: [osp]", 32, ".groups[0]: there is no group of users 'osp', did you mean 'ops'?"},
        {"targets: web, groups: web", 31, ".groups: there is no group of users 'web'; allowed: ops, dev"},
        {"targets: web, users: []", 30, ".users: at least one value is needed"},
        {"targets: web, users: [alcie]", 31, ".users[0]: there is no user 'alcie', did you mean 'alice'?"},
        {"targets: web, ports: 0", 30, ".ports: expected a whole number 1 .. 65535, found '0'"},
        {"targets: web, ports: [22, 65536]", 35, ".ports[1]: expected a whole number 1 .. 65535, found '65536'"},
        {"targets: web, ports: [22-24]", 31, ".ports[0]: expected a whole number 1 .. 65535, found '22-24'"},
        {"targets: web, ports: []", 30, ".ports: at least one value is needed"},
        {"targets: web, source: office", 31,
         ".source: expected a network such as 10.0.0.0/8 or 2001:db8::/32, found 'office'"},
        {"targets: web, source: []", 31, ".source: at least one value is needed"},
        {"targets: web, between: at night", 32, no_window},
        {"targets: web, between: \"08:00-09:00 ../../etc/passwd\"", 32, upwards},
        {"targets: web, not_before: 2026-01-01", 35, early},
        {"targets: web, expires: tomorrow", 32, late},
        {"targets: web, not_before: 2026-01-02T00:00:00Z, expires: 2026-01-02T01:00:00+01:00", 66,
         ".expires: must be after not_before"},
        {"targets: web, terminating: 1", 36, ".terminating: expected true or false, found '1'"},
        {"targets: web, port: 22", 23, ".port: unknown key, did you mean 'ports'?"},
    });
}

TEST_CASE("the zone of a window must exist", "[conf][access_rule]")
{
    const auto said = problems(with("targets: web, between: \"08:00-09:00 Nowhere/Land\""), file_access::allowed);
    CHECK(said.find("f.yaml:7:32: bastion.rules[0].between: there is no time zone 'Nowhere/Land' in "
                    "/usr/share/zoneinfo") != std::string::npos);
}

TEST_CASE("a rule's name is given once, be it made up", "[conf][access_rule]")
{
    CHECK(problems(with("name: rule-2, targets: web") + "    - { targets: db }\n") ==
          "f.yaml:8:7: bastion.rules[1]: name 'rule-2' is used already, by bastion.rules[0]");
}

TEST_CASE("certificates may bring people that the file does not know", "[conf][access_rule]")
{
    const std::string ca = "  user_ca: { keys: /ca.pub }\n";
    CHECK(problems(with("targets: web, groups: [sre], users: [carol@example.com]") + ca).empty());
    CHECK(problems(with("targets: wbe, groups: [s r], users: [-carol]") + ca) ==
          "f.yaml:7:18: bastion.rules[0].targets: there is no group 'wbe', did you mean 'web'?\n"
          "f.yaml:7:32: bastion.rules[0].groups[0]: expected a name of 1-64 letters, digits, '.', '_' or '-', "
          "found 's r'\n"
          "f.yaml:7:46: bastion.rules[0].users[0]: expected a name of 1-128 letters, digits, '.', '_', '-', '@' or "
          "'+', not beginning with '-', found '-carol'");
}
