#include "bastion/identity/roster.hpp"
#include "tests/support/scratch_dir.hpp"
#include "tests/unit/bastion/fixtures.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace gatehouse::test;

namespace {

// A configuration's people in a folder of their own, as they are judged in 2026 from 192.0.2.1.
struct people {
    conf::bastion settings;
    scratch_dir folder;
    std::vector<std::string> problems;

    conf::ssh_user& add(std::string name, std::vector<std::string> lines = {})
    {
        auto& made = settings.users.emplace_back();
        made.name = std::move(name);
        made.authorized_keys = std::move(lines);
        return made;
    }
    std::string file(const char* name, const std::string& text) const
    {
        std::ofstream(folder / name, std::ios::binary) << text;
        return folder / name;
    }
    std::string answer(std::string_view user, std::string_view fixture)
    {
        const auto read = roster::load(settings, problems);
        const auto verdict = read.judge(user, made_by_openssh(fixture).blob, boost::asio::ip::make_address("192.0.2.1"),
                                        std::chrono::sys_seconds(std::chrono::seconds(1767225600)));
        const auto* const why = std::get_if<login_refusal>(&verdict);
        return why ? std::string(to_string(*why)) : "in";
    }
};

std::string line(std::string_view fixture) { return made_by_openssh(fixture).line; }

}  // namespace

TEST_CASE("a user logs in with a key of the configuration or of the file", "[bastion][identity][roster]")
{
    people who;
    who.add("alice", {line("user_ed25519")}).authorized_keys_file = who.file("alice", line("user_p256") + '\n');
    who.add("bob");
    CHECK(who.answer("alice", "user_ed25519") == "in");
    CHECK(who.answer("alice", "user_p256") == "in");
    CHECK(who.answer("alice", "user_p384") == "key_not_authorized");
    CHECK(who.answer("bob", "user_ed25519") == "key_not_authorized");
    CHECK(who.answer("carol", "user_ed25519") == "key_not_authorized");
    CHECK(who.problems.empty());
}

TEST_CASE("a line that is refused is told and takes no other with it", "[bastion][identity][roster]")
{
    people who;
    who.add("alice", {"no key", line("user_ed25519")}).authorized_keys_file =
        who.file("alice", "nonsense\n" + line("user_p256") + '\n');
    CHECK(who.answer("alice", "user_ed25519") == "in");
    CHECK(who.answer("alice", "user_p256") == "in");
    REQUIRE(who.problems.size() == 4);  // of two readings
    CHECK(who.problems[0].find("line 1: ") != std::string::npos);
    CHECK(who.problems[1].find("key 1 of user alice: ") == 0);
}

TEST_CASE("a CA of everybody vouches for users that the configuration does not name", "[bastion][identity][roster]")
{
    people who;
    who.settings.user_ca = conf::user_ca{{who.file("ca", line("ca_ed25519") + '\n')}, {}};
    CHECK(who.answer("alice", "by_ed25519") == "in");
    CHECK(who.answer("alice", "by_other") == "unknown_authority");
    CHECK(who.answer("mallory", "by_ed25519") == "principal_not_listed");
}

TEST_CASE("what the revocation list names lets nobody in", "[bastion][identity][roster]")
{
    people who;
    who.settings.user_ca = conf::user_ca{{who.file("ca", line("ca_ed25519") + '\n')},
                                         who.file("krl", line("user_ed25519") + '\n')};
    who.add("alice", {line("user_ed25519"), line("user_p256")});
    CHECK(who.answer("alice", "user_ed25519") == "revoked");
    CHECK(who.answer("alice", "user_p256") == "in");
    who.file("krl", "what is this");
    CHECK_THROWS_WITH(who.answer("alice", "user_p256"), Catch::Matchers::Contains("krl: "));
}

TEST_CASE("a user's file that is no good takes that user's keys and keeps no other in force",
          "[bastion][identity][roster]")
{
    people who;
    const auto bad = GENERATE("missing", ".", "too_long");
    who.file("too_long", std::string(1024 * 1024 + 1, '\n'));
    who.add("alice", {line("user_ed25519")}).authorized_keys_file = who.folder / bad;
    who.add("bob", {line("user_p256")});
    CHECK(who.answer("alice", "user_p384") == "key_not_authorized");
    REQUIRE(who.problems.size() == 1);
    CHECK(who.problems[0].find("cannot read '") == 0);
    CHECK(who.answer("alice", "user_ed25519") == "in");
    CHECK(who.answer("bob", "user_p256") == "in");
}

TEST_CASE("a file of the CAs that cannot be read refuses the whole roster", "[bastion][identity][roster]")
{
    people who;
    who.add("alice").authorized_keys_file = who.folder / "missing";
    who.settings.user_ca = conf::user_ca{{who.folder / "ca"}, who.folder / "krl"};
    CHECK_THROWS_AS(who.answer("alice", "user_ed25519"), std::runtime_error);
    CHECK(roster::files(who.settings) ==
          std::vector<std::string>{who.folder / "missing", who.folder / "ca", who.folder / "krl"});
}

TEST_CASE("the roster knows names, groups and admins", "[bastion][identity][roster]")
{
    people who;
    who.add("alice", {line("user_ed25519")}).groups = {"ops", "dev"};
    who.settings.admins = {"alice"};
    const auto read = roster::load(who.settings, who.problems);
    CHECK(read.knows("alice"));
    CHECK_FALSE(read.knows("bob"));
    CHECK(read.groups_of("alice").size() == 2);
    CHECK(read.groups_of("bob").empty());
    CHECK(read.is_admin("alice"));
    CHECK_FALSE(read.is_admin("bob"));
}
