#include "tests/unit/conf/problems.hpp"
#include "tests/unit/conf/scratch.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;

namespace {

constexpr std::string_view document = R"(bastion:
  bind: "127.0.0.1:0"
  host_keys: /key
  users:
    - { @ }
)";

std::string with(std::string_view written)
{
    std::string text(document);
    return text.replace(text.find('@'), 1, written);
}

std::vector<ssh_user> read(const std::string& text)
{
    const auto read = parse(text, "/etc/gatehouse/f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return read.value->bastion->users;
}

}  // namespace

TEST_CASE("every key of a user reaches its field", "[conf][ssh_user]")
{
    CHECK(read(with("name: alice@example.com, authorized_keys: [ssh-ed25519 AAAA a, "
                    "'from=\"10.0.0.0/8\"\tssh-rsa AAAA'], authorized_keys_file: ssh/alice.pub, groups: [ops, dev]")) ==
          std::vector<ssh_user>{{"alice@example.com",
                                 {"ssh-ed25519 AAAA a", "from=\"10.0.0.0/8\"\tssh-rsa AAAA"},
                                 "/etc/gatehouse/ssh/alice.pub",
                                 {"ops", "dev"}}});
    CHECK(read(with("name: a+b-c.d_e, authorized_keys: ssh-ed25519 AAAA, groups: ops")) ==
          std::vector<ssh_user>{{"a+b-c.d_e", {"ssh-ed25519 AAAA"}, "", {"ops"}}});
    CHECK(read(with("name: bob, authorized_keys: [], authorized_keys_file: /bob, groups: []")) ==
          std::vector<ssh_user>{{"bob", {}, "/bob", {}}});
}

TEST_CASE("a user out of its rules is refused at the value", "[conf][ssh_user]")
{
    const std::string bad_name = ".name: expected a name of 1-128 letters, digits, '.', '_', '-', '@' or '+', not "
                                 "beginning with '-', found '";
    check_rejections(document, 5, "bastion.users[0]", {
        {"authorized_keys: ssh-ed25519 AAAA", 7, ".name: is required"},
        {"name: \"\", authorized_keys: k", 15, bad_name + "'"},
        {"name: -rf, authorized_keys: k", 15, bad_name + "-rf'"},
        {"name: a b, authorized_keys: k", 15, bad_name + "a b'"},
        {"name: a, authorized_keys: \"\"", 35,
         ".authorized_keys: expected a public key such as 'ssh-ed25519 AAAA... alice@laptop', found ''"},
        {"name: a, authorized_keys: [k, \" \"]", 39,
         ".authorized_keys[1]: expected a public key such as 'ssh-ed25519 AAAA... alice@laptop', found ' '"},
        {"name: a, authorized_keys: \"# key\"", 35,
         ".authorized_keys: expected a public key such as 'ssh-ed25519 AAAA... alice@laptop', found '# key'"},
        {"name: a, authorized_keys: \"k\\nl\"", 35,
         ".authorized_keys: expected one line with one key; a file of several goes into authorized_keys_file"},
        {"name: a, authorized_keys: \"k\\0\"", 35, ".authorized_keys: expected text, found control characters"},
        {"name: a, authorized_keys: { k: l }", 35, ".authorized_keys: expected a list, found a mapping"},
        {"name: a, authorized_keys_file: \"\"", 40,
         ".authorized_keys_file: expected the path of a file, found ''"},
        {"name: a, authorized_keys: k, groups: [o p]", 47,
         ".groups[0]: expected a name of 1-64 letters, digits, '.', '_' or '-', found 'o p'"},
        {"name: a, authorized_key: k, authorized_keys: k", 18,
         ".authorized_key: unknown key, did you mean 'authorized_keys'?"},
    });
    const auto long_key = std::string(16 * 1024 + 1, 'k');
    CHECK(problems(with("name: a, authorized_keys: " + long_key)) ==
          "f.yaml:5:35: bastion.users[0].authorized_keys: is longer than 16 KiB");
}

TEST_CASE("a user's name is given once", "[conf][ssh_user]")
{
    CHECK(problems(with("name: a, authorized_keys: k") + "    - { name: b, authorized_keys: k }\n"
                                                         "    - { name: a, authorized_keys: k }\n") ==
          "f.yaml:7:7: bastion.users[2]: name 'a' is used already, by bastion.users[0]");
}

TEST_CASE("every user has a key, unless certificates are taken", "[conf][ssh_user]")
{
    const std::string lacks =
        ": cannot log in: authorized_keys or authorized_keys_file is needed where there is no user_ca";
    CHECK(problems(with("name: a")) == "f.yaml:5:7: bastion.users[0]" + lacks);
    CHECK(problems(with("name: a, authorized_keys: []")) == "f.yaml:5:7: bastion.users[0]" + lacks);
    CHECK(problems(with("name: a") + "  user_ca: { keys: [/ca.pub] }\n").empty());
}

TEST_CASE("the file with a user's keys must be readable", "[conf][ssh_user]")
{
    const scratch folder;
    folder.write_host_key("key");
    folder.write("alice.pub", "ssh-ed25519 AAAA\n");
    auto text = with("name: alice, authorized_keys_file: alice.pub");
    text.replace(text.find("/key"), 4, "key");
    CHECK(load(folder.write("f.yaml", text)).problems.empty());
    text.replace(text.find("alice.pub"), 9, "bob.pub");
    const auto read = load(folder.write("f.yaml", text));
    REQUIRE(read.problems.size() == 1);
    CHECK(to_string(read.problems[0]) == folder.path("f.yaml") +
                                             ":5:44: bastion.users[0].authorized_keys_file: cannot read '" +
                                             folder.path("bob.pub") + "': No such file or directory");
}
