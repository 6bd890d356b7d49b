#include "tests/unit/conf/problems.hpp"
#include "tests/unit/conf/scratch.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;

namespace {

constexpr std::string_view document = R"(bastion:
  bind: "127.0.0.1:2222"
  host_keys: [/key]
  users: [ { name: alice, authorized_keys: k } ]
  @
)";

std::string with(std::string_view written)
{
    std::string text(document);
    return text.replace(text.find('@'), 1, written);
}

bastion read(const std::string& text)
{
    const auto read = parse(text, "/etc/gatehouse/f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return *read.value->bastion;
}

}  // namespace

TEST_CASE("a bastion needs an address, a host key and somebody who may log in", "[conf][bastion]")
{
    const auto section = read(with(""));
    CHECK(section.workers == 0);
    CHECK(section.bind == std::vector<bind_address>{{"127.0.0.1", 2222}});
    CHECK(section.host_keys == std::vector<std::string>{"/key"});
    CHECK_FALSE(section.fips);
    CHECK_FALSE(section.public_name.has_value());
    CHECK(section.proxy_protocol.empty());
    CHECK_FALSE(section.user_ca.has_value());
    CHECK(section.admins.empty());
    CHECK_FALSE(section.security_keys);
    CHECK(section.rules.empty());
    CHECK_FALSE(section.allow_loopback_targets);
    CHECK(section.limits == bastion_limits{});
    CHECK(section.penalties == source_penalties{});
    CHECK(section.audit_log == "-");
    CHECK(section.admin == admin{{"127.0.0.1", 9102}, ""});
    CHECK(problems("bastion: {}\n") == "f.yaml:1:10: bastion.bind: is required\n"
                                       "f.yaml:1:10: bastion.host_keys: is required\n"
                                       "f.yaml:1:10: bastion.users: nobody can log in: at least one user with a key, "
                                       "or user_ca, is needed");
}

TEST_CASE("every other key of the bastion reaches its field", "[conf][bastion]")
{
    const auto section =
        read("bastion: { workers: 3, bind: [\"0.0.0.0:22\", \"[::]:22\"], host_keys: [ssh/a, /b], profile: fips, "
             "proxy_protocol: { trusted: 10.0.0.0/16 }, user_ca: { keys: [ca.pub], krl: krl }, admins: alice, "
             "security_keys: true, rules: [], allow_loopback_targets: true, penalties: { enabled: false, exempt: "
             "[192.0.2.0/24] }, audit_log: { path: audit.log }, admin: { bind: \"10.0.0.1:9000\", token: t } }\n");
    CHECK(section.workers == 3);
    CHECK(section.bind == std::vector<bind_address>{{"0.0.0.0", 22}, {"::", 22}});
    CHECK(section.host_keys == std::vector<std::string>{"/etc/gatehouse/ssh/a", "/b"});
    CHECK(section.fips);
    CHECK(section.proxy_protocol == std::vector<network>{{"10.0.0.0", 16}});
    CHECK(section.user_ca == user_ca{{"/etc/gatehouse/ca.pub"}, "/etc/gatehouse/krl"});
    CHECK(section.admins == std::vector<std::string>{"alice"});
    CHECK(section.security_keys);
    CHECK(section.allow_loopback_targets);
    CHECK(section.penalties == source_penalties{false, {{"192.0.2.0", 24}}});
    CHECK(section.audit_log == "/etc/gatehouse/audit.log");
    CHECK(section.admin == admin{{"10.0.0.1", 9000}, "t"});
    CHECK_FALSE(read(with("profile: default\n  admins: []")).fips);
}

TEST_CASE("a setting of the bastion out of its rules is refused at the value", "[conf][bastion]")
{
    check_rejections(document, 5, "bastion", {
        {"workers: 0", 12, ".workers: expected auto or a whole number 1 .. 1024, found '0'"},
        {"public_name: \"\"", 16,
         ".public_name: expected a host name or an address, and perhaps :port, found ''"},
        {"profile: FIPS", 12, ".profile: unknown value, found 'FIPS', did you mean 'fips'?"},
        {"proxy_protocol: {}", 19, ".proxy_protocol.trusted: is required"},
        {"proxy_protocol: { trusted: [] }", 30, ".proxy_protocol.trusted: at least one value is needed"},
        {"user_ca: {}", 12, ".user_ca.keys: is required"},
        {"user_ca: { keys: [] }", 20, ".user_ca.keys: at least one value is needed"},
        {"user_ca: { keys: [/a, /a] }", 25, ".user_ca.keys[1]: the file is used already, by bastion.user_ca.keys[0]"},
        {"user_ca: { keys: [/a], krl: \"\" }", 31, ".user_ca.krl: expected the path of a file, found ''"},
        {"admins: [alcie]", 12, ".admins[0]: there is no user 'alcie', did you mean 'alice'?"},
        {"security_keys: yes", 18, ".security_keys: expected true or false, found 'yes'"},
        {"allow_loopback_targets: on", 27, ".allow_loopback_targets: expected true or false, found 'on'"},
        {"penalties: off", 14, ".penalties: expected a mapping, found 'off'"},
        {"penalties: { enabled: 1 }", 25, ".penalties.enabled: expected true or false, found '1'"},
        {"penalties: { exempt: [10.0.0.0/33] }", 25,
         ".penalties.exempt[0]: expected a network such as 10.0.0.0/8 or 2001:db8::/32, found '10.0.0.0/33'"},
        {"audit_log: off", 14, ".audit_log: expected a mapping, found 'off'"},
        {"audit_log: {}", 14, ".audit_log.path: is required"},
        {"audit_log: { path: \"\" }", 22,
         ".audit_log.path: expected the path of a file, or \"-\" for standard output, found ''"},
        {"admin: { bind: \"0.0.0.0:1\" }", 10,
         ".admin.token: is required when bind is not a loopback address, found '0.0.0.0:1'"},
        {"host_key: /a", 3, ".host_key: unknown key, did you mean 'host_keys'?"},
    });
}

TEST_CASE("the public name of a bastion is a host, and perhaps a port", "[conf][bastion]")
{
    for (const auto& [text, name] : std::vector<std::pair<std::string, public_name>>{
             {"bastion.example.com", {"bastion.example.com"}},
             {"bastion.example.com:22", {"bastion.example.com", 22}},
             {"198.51.100.7", {"198.51.100.7"}},
             {"198.51.100.7:2222", {"198.51.100.7", 2222}},
             {"2001:DB8::7", {"2001:db8::7"}},
             {"[2001:db8::7]", {"2001:db8::7"}},
             {"[2001:db8::7]:65535", {"2001:db8::7", 65535}}}) {
        CAPTURE(text);
        CHECK(read(with("public_name: \"" + text + '"')).public_name == name);
    }
    for (const auto* text : {"b:0", "b:65536", "b:", "b:022", ":22", "[::1", "[198.51.100.7]:22", "[b]:22", "2001:db8::7:x",
                             "-b", "b-", "b c", "b;c", "%h", "ssh://b", "b/", "b:22:22", "[]:22"}) {
        CAPTURE(text);
        CHECK(problems(with("public_name: \"" + std::string(text) + '"')) ==
              "f.yaml:5:16: bastion.public_name: expected a host name or an address, and perhaps :port, found '" +
                  std::string(text) + '\'');
    }
}

TEST_CASE("somebody must be able to log in", "[conf][bastion]")
{
    const std::string start = "bastion:\n  bind: \"[::1]:0\"\n  host_keys: /key\n";
    CHECK(problems(start) ==
          "f.yaml:2:3: bastion.users: nobody can log in: at least one user with a key, or user_ca, is needed");
    CHECK(problems(start + "  users: []\n") ==
          "f.yaml:4:10: bastion.users: nobody can log in: at least one user with a key, or user_ca, is needed");
    CHECK(problems(start + "  user_ca: { keys: /ca.pub }\n  admins: carol\n").empty());
    // One mistake, one complaint.
    CHECK(problems(start + "  users: alice\n") == "f.yaml:4:10: bastion.users: expected a list, found 'alice'");
    CHECK(problems(start + "  user_ca: /ca.pub\n") ==
          "f.yaml:4:12: bastion.user_ca: expected a mapping, found '/ca.pub'");
}

TEST_CASE("the bastion does not take an address twice, nor one of the load balancer", "[conf][bastion]")
{
    const std::string lb =
        "lb: { listeners: [ { name: a, bind: \"0.0.0.0:443\", default: { fixed_response: {} } } ] }\n";
    const auto said = [&](const std::string& bind, const std::string& admin, const std::string& before = {}) {
        return problems(before + "bastion:\n  bind: " + bind + "\n  host_keys: /key\n" +
                        "  user_ca: { keys: /ca.pub }\n" + admin);
    };
    CHECK(said("[\"[::1]:22\", \"[::1]:22\"]", "") ==
          "f.yaml:2:22: bastion.bind[1]: address '[::1]:22' is used already, by bastion.bind[0]");
    CHECK(said("\"0.0.0.0:443\"", "", lb) ==
          "f.yaml:3:9: bastion.bind: address '0.0.0.0:443' is used already, by lb.listeners[0].bind");
    CHECK(said("\"127.0.0.1:9101\"", "", lb) ==
          "f.yaml:3:9: bastion.bind: address '127.0.0.1:9101' is used already, by lb.admin.bind");
    CHECK(said("\"127.0.0.1:9101\"", "").empty());
    CHECK(said("\"127.0.0.1:9102\"", "") ==
          "f.yaml:2:9: bastion.bind: address '127.0.0.1:9102' is used already, by bastion.admin.bind");
    CHECK(said("\"[::1]:22\"", "  admin: { bind: \"127.0.0.1:9101\" }\n", lb) ==
          "f.yaml:6:18: bastion.admin.bind: address '127.0.0.1:9101' is used already, by lb.admin.bind");
    CHECK(said("\"[::1]:22\"", "  admin: { bind: \"[::1]:22\" }\n") ==
          "f.yaml:2:9: bastion.bind: address '[::1]:22' is used already, by bastion.admin.bind");
    const std::string on_default =
        "lb: { listeners: [ { name: a, bind: \"127.0.0.1:9102\", default: { fixed_response: {} } } ] }\n";
    CHECK(said("\"[::1]:22\"", "", on_default) ==
          "f.yaml:3:3: bastion.admin: address '127.0.0.1:9102' is used already, by lb.listeners[0].bind");
    const std::string anywhere =
        "lb: { admin: { bind: \"127.0.0.1:0\" }, listeners: [ { name: a, bind: \"127.0.0.1:0\", default: { "
        "fixed_response: {} } } ] }\n";
    CHECK(said("[\"127.0.0.1:0\", \"127.0.0.1:0\"]", "  admin: { bind: \"127.0.0.1:0\" }\n", anywhere).empty());
}

TEST_CASE("the files of the bastion must be usable", "[conf][bastion][load]")
{
    const scratch folder;
    folder.write_host_key("key");
    folder.write_host_key("open");
    folder.allow("open", 0644);
    folder.write("ca.pub", "ssh-ed25519 AAAA ca\n");
    folder.write("krl", "");
    const auto said = [&](const std::string& host_keys, const std::string& ca) {
        const auto file = folder.write("f.yaml", "bastion: { bind: \"[::1]:0\", host_keys: " + host_keys +
                                                     ", user_ca: " + ca + " }\n");
        std::string lines;
        for (const auto& one : load(file).problems) lines += one.path + ": " + one.message + '\n';
        const auto prefix = folder.path("");
        for (auto at = lines.find(prefix); at != std::string::npos; at = lines.find(prefix))
            lines.erase(at, prefix.size());
        return lines;
    };
    CHECK(said("key", "{ keys: ca.pub, krl: krl }").empty());
    CHECK(said("[key, open, none]", "{ keys: [key], krl: nothing }") ==
          "bastion.host_keys[1]: 'open' is open to others, its mode is 0644; a host key must be 0600\n"
          "bastion.host_keys[2]: cannot read 'none': No such file or directory\n"
          "bastion.user_ca.keys[0]: 'key' holds a private key; its public key (.pub) is all that is needed here\n"
          "bastion.user_ca.krl: cannot read 'nothing': No such file or directory\n");
    CHECK(said("[key, ./key]", "{ keys: ca.pub }") ==
          "bastion.host_keys[1]: the file is used already, by bastion.host_keys[0]\n");
}

TEST_CASE("a file may have a bastion and a load balancer, or one of them", "[conf][bastion]")
{
    const auto both = parse("lb: { listeners: [ { name: a, bind: \"[::1]:0\", default: { fixed_response: {} } } ] }\n" +
                                with(""),
                            "f.yaml", file_access::skipped);
    REQUIRE(both.value);
    CHECK(both.value->lb.has_value());
    CHECK(both.value->bastion.has_value());
    CHECK_FALSE(parse(with(""), "f.yaml", file_access::skipped).value->lb.has_value());
    CHECK_FALSE(parse("groups: {}\n", "f.yaml", file_access::skipped).value->bastion.has_value());
}
