#include "conf/config.hpp"
#include "tests/unit/conf/problems.hpp"
#include "tests/unit/conf/scratch.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;

namespace {

constexpr std::string_view https = R"(lb:
  listeners:
    - name: https
      bind: "[::1]:0"
      protocol: https
      tls: { certificates: [ { certificate: @.crt, private_key: @.key } ] }
      default: { fixed_response: {} }
)";

std::string with_files(const std::string& certificate, const std::string& key)
{
    std::string text(https);
    text.replace(text.find("@.crt"), 5, certificate);
    text.replace(text.find("@.key"), 5, key);
    return text;
}

// The problems of a configuration in `folder` that uses these two files, without the folder's name.
std::string complaints(const scratch& folder, const std::string& certificate, const std::string& key)
{
    const auto file = folder.write("gatehouse.yaml", with_files(certificate, key));
    std::string lines;
    for (const auto& one : load(file).problems) lines += to_string(one) + '\n';
    const auto prefix = folder.path("");
    for (auto at = lines.find(prefix); at != std::string::npos; at = lines.find(prefix))
        lines.erase(at, prefix.size());
    return lines;
}

}  // namespace

TEST_CASE("a file that cannot be read is one problem without a line", "[conf][load]")
{
    const scratch folder;
    const auto missing = folder.path("none.yaml");
    const auto read = load(missing);
    CHECK(read.value == nullptr);
    REQUIRE(read.problems.size() == 1);
    CHECK(to_string(read.problems[0]) == missing + ": cannot be read: No such file or directory");
    CHECK(to_string(load(folder.path("")).problems.at(0)) ==
          folder.path("") + ": cannot be read: Is a directory");
}

TEST_CASE("files are taken relative to the configuration's folder", "[conf][load]")
{
    const scratch folder;
    folder.write_key_pair("site");
    const auto text = "state_dir: state\n" + with_files("site.crt", "./site.key");
    const auto read = load(folder.write("gatehouse.yaml", text));
    REQUIRE(read.problems.empty());
    CHECK(read.value->file == folder.path("gatehouse.yaml"));
    CHECK(read.value->state_dir == folder.path("state"));
    CHECK(read.value->lb->listeners.at(0).tls->certificates ==
          std::vector<certificate_pair>{{folder.path("site.crt"), folder.path("site.key")}});
}

TEST_CASE("a certificate and its key must be readable, sound and of one pair", "[conf][load]")
{
    const scratch folder;
    folder.write_key_pair("site");
    folder.write_key_pair("other");
    folder.write("text", "not PEM\n");
    folder.write("damaged.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    const std::string at = "gatehouse.yaml:6:", pair = ": lb.listeners[0].tls.certificates[0].";
    CHECK(complaints(folder, "site.crt", "site.key").empty());
    CHECK(complaints(folder, "none.crt", "none.key") ==
          at + "45" + pair + "certificate: cannot read 'none.crt': No such file or directory\n" + at + "68" +
              pair + "private_key: cannot read 'none.key': No such file or directory\n");
    CHECK(complaints(folder, "text", "text") ==
          at + "45" + pair + "certificate: 'text' holds no PEM certificate\n" + at + "64" + pair +
              "private_key: 'text' holds no PEM private key\n");
    CHECK(complaints(folder, "damaged.crt", "site.key") ==
          at + "45" + pair + "certificate: 'damaged.crt' holds a damaged certificate\n");
    CHECK(complaints(folder, "site.crt", "other.key") ==
          at + "68" + pair + "private_key: does not belong to the certificate 'site.crt'\n");
}

TEST_CASE("a key with a passphrase is refused, not asked for", "[conf][load]")
{
    const scratch folder;
    folder.write_key_pair("site");
    // Only the armour matters: the passphrase is wanted before the content is looked at.
    folder.write("locked.key", "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                               "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
                               "AAAAAAAAAAAAAAAAAAAAAA==\n-----END EC PRIVATE KEY-----\n");
    CHECK(complaints(folder, "site.crt", "locked.key") ==
          "gatehouse.yaml:6:68: lb.listeners[0].tls.certificates[0].private_key: 'locked.key' is protected "
          "by a "
          "passphrase, which cannot be asked for\n");
}

TEST_CASE("the CA of a target group must hold certificates", "[conf][load]")
{
    const scratch folder;
    folder.write("text", "not PEM\n");
    const auto file = folder.write(
        "gatehouse.yaml", "groups: { web: { instances: [] } }\nlb:\n"
                          "  listeners: [ { name: a, bind: \"[::1]:0\", default: { forward: web } } ]\n"
                          "  target_groups:\n"
                          "    web: { members: web, protocol: https, tls: { ca: text } }\n");
    const auto read = load(file);
    REQUIRE(read.problems.size() == 1);
    CHECK(to_string(read.problems[0]) == file + ":5:54: lb.target_groups.web.tls.ca: '" +
                                             folder.path("text") + "' holds no PEM certificate");
}

TEST_CASE("all problems are told at once, in the file's order", "[conf][parse]")
{
    CHECK(
        problems("lb:\n"
                 "  listners: []\n"
                 "  workers: none\n"
                 "  listeners:\n"
                 "    - { name: a, bind: \"[::1]:0\", default: { forward: wbe } }\n"
                 "  target_groups: { web: { members: web } }\n"
                 "groups: { web: { dns: \"\" } }\n"
                 "state_dri: /var/lib/gatehouse\n") ==
        "f.yaml:2:3: lb.listners: unknown key, did you mean 'listeners'?\n"
        "f.yaml:3:12: lb.workers: expected auto or a whole number 1 .. 1024, found 'none'\n"
        "f.yaml:5:55: lb.listeners[0].default.forward: there is no target group 'wbe', did you mean 'web'?\n"
        "f.yaml:7:23: groups.web.dns: expected a DNS name, found ''\n"
        "f.yaml:8:1: state_dri: unknown key, did you mean 'state_dir'?");
}

TEST_CASE("a key that comes twice is refused, wherever it stands", "[conf][parse]")
{
    CHECK(problems("groups: {}\nstate_dir: a\ngroups: {}\n") ==
          "f.yaml:3:1: groups: duplicate key, first on line 1");
    CHECK(problems("groups:\n  a: { dns: a.example }\n  a: { dns: b.example }\n") ==
          "f.yaml:3:3: groups.a: duplicate key, first on line 2");
}

TEST_CASE("the top level must be a mapping with keys that are words", "[conf][parse]")
{
    CHECK(problems("") == "f.yaml:1:1: expected a mapping, found nothing");
    CHECK(problems("# only a comment\n") == "f.yaml:1:1: expected a mapping, found nothing");
    CHECK(problems("- a\n") == "f.yaml:1:1: expected a mapping, found a list");
    CHECK(problems("hello\n") == "f.yaml:1:1: expected a mapping, found 'hello'");
    CHECK(problems("[a]: 1\n") == "f.yaml:1:1: expected a word as key, found a list");
    CHECK(problems("~: 1\n") == "f.yaml:1:1: expected a word as key, found nothing");
    CHECK(problems("lb:\n") == "f.yaml:1:1: lb: expected a mapping, found nothing");
    CHECK(problems("nodes: { region: eu-west-2 }\n") ==
          "f.yaml:1:1: nodes: unknown key; allowed: groups, aws, state_dir, lb, bastion");
}

TEST_CASE("text from the file cannot forge a line of the report", "[conf][parse]")
{
    CHECK(problems("\"a\\nb\": 1\n") ==
          "f.yaml:1:1: a\\x0ab: unknown key; allowed: groups, aws, state_dir, lb, bastion");
    CHECK(problems("state_dir: \"a\\nb\"\n") ==
          "f.yaml:1:12: state_dir: control characters are not allowed, found 'a\\x0ab'");
}

TEST_CASE("a thousand problems are enough", "[conf][parse]")
{
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "key" + std::to_string(i) + ": 1\n";
    const auto read = parse(text, "f.yaml", file_access::skipped);
    REQUIRE(read.problems.size() == 1001);
    CHECK(to_string(read.problems.back()) == "f.yaml:1001:1: too many errors, the rest is not shown");
}

TEST_CASE("a configuration without a load balancer is sound", "[conf][parse]")
{
    const auto read = parse("groups: {}\n", "f.yaml", file_access::skipped);
    REQUIRE(read.value);
    CHECK_FALSE(read.value->lb.has_value());
    CHECK(read.value->state_dir.empty());
}

namespace {

// Both sections, with everything that only the user of the one daemon can read or know.
constexpr std::string_view shared = R"(lb:
  listeners:
    - name: https
      bind: ${GATEHOUSE_TEST_LB_BIND}
      protocol: ${GATEHOUSE_TEST_LB_PROTOCOL}
      tls: { certificates: [ { certificate: lb.crt, private_key: lb.key } ] }
      default: { redirect: { host: "${GATEHOUSE_TEST_LB_HOST}" } }
  admin: { bind: "10.0.0.1:9101", token: "${file:lb.token}" }
bastion:
  bind: ${GATEHOUSE_TEST_SSH_BIND}
  host_keys: [ssh_host_key, "${GATEHOUSE_TEST_SSH_KEY}"]
  users:
    - { name: "${GATEHOUSE_TEST_SSH_USER}", authorized_keys: "${file:alice.pub}", groups: ops }
  rules: [ { users: alice, targets: [] } ]
)";

std::string complaints_to(used_by daemons)
{
    const scratch folder;
    std::string lines;
    for (const auto& one : load(folder.write("gatehouse.yaml", shared), daemons).problems)
        lines += one.path + ": " + one.message + '\n';
    const auto prefix = folder.path("");
    for (auto at = lines.find(prefix); at != std::string::npos; at = lines.find(prefix)) lines.erase(at, prefix.size());
    return lines;
}

}  // namespace

TEST_CASE("a daemon needs neither the files nor the environment of the other", "[conf][load]")
{
    const std::string lb =
        "lb.listeners[0].bind: environment variable GATEHOUSE_TEST_LB_BIND is not set\n"
        "lb.listeners[0].protocol: environment variable GATEHOUSE_TEST_LB_PROTOCOL is not set\n"
        "lb.listeners[0].tls.certificates[0].certificate: cannot read 'lb.crt': No such file or directory\n"
        "lb.listeners[0].tls.certificates[0].private_key: cannot read 'lb.key': No such file or directory\n"
        "lb.listeners[0].default.redirect.host: environment variable GATEHOUSE_TEST_LB_HOST is not set\n"
        "lb.admin.token: cannot read 'lb.token': No such file or directory\n";
    const std::string bastion =
        "bastion.bind: environment variable GATEHOUSE_TEST_SSH_BIND is not set\n"
        "bastion.host_keys[0]: cannot read 'ssh_host_key': No such file or directory\n"
        "bastion.host_keys[1]: environment variable GATEHOUSE_TEST_SSH_KEY is not set\n"
        "bastion.users[0].name: environment variable GATEHOUSE_TEST_SSH_USER is not set\n"
        "bastion.users[0].authorized_keys: cannot read 'alice.pub': No such file or directory\n";
    const std::string either = "bastion.rules[0].targets: at least one value is needed\n";
    CHECK(complaints_to(used_by::lb) == lb + either);
    CHECK(complaints_to(used_by::bastion) == bastion + either);
    CHECK(complaints_to(used_by::both) == lb + bastion + either);
}

TEST_CASE("who is in a group is left open with its variable", "[conf][load]")
{
    const std::string text = "groups: { web: { instances: [] } }\n"
                             "bastion:\n"
                             "  bind: \"[::1]:0\"\n"
                             "  host_keys: /key\n"
                             "  users: [ { name: alice, authorized_keys: k, groups: \"${GATEHOUSE_TEST_GROUP}\" } ]\n"
                             "  rules: [ { groups: ops, targets: web } ]\n";
    CHECK(parse(text, "f.yaml", file_access::skipped, used_by::lb).problems.empty());
    const environment group("GATEHOUSE_TEST_GROUP", "dev");
    CHECK(problems(text) ==
          "f.yaml:6:22: bastion.rules[0].groups: there is no group of users 'ops'; allowed: dev");
}
