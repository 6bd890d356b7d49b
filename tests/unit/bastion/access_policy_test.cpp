#include "bastion/policy/access_policy.hpp"

#include "bastion/utc_text.hpp"
#include "tests/unit/bastion/house.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

using namespace gatehouse;
using namespace gatehouse::bastion;
using gatehouse::discovery::lifecycle;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

const auto noon = utc("2026-11-16 12:00:00");  // a Monday

// A bastion with one house and the rules a test gives it, asked as one user.
struct asked_bastion {
    conf::bastion settings;
    discovery::inventory house{group("web", {server("i-0a", "10.0.0.1", "front"), server("i-0b", "10.0.0.2", "front"),
                                             server("i-0t", "10.0.0.9", "", lifecycle::terminating)}),
                               group("api", {server("i-0c", "10.0.1.1", "api"), server("i-0a", "10.0.0.1", "front")}),
                               group("db", {server("i-0d", "10.0.2.1", "front")})};
    std::string user = "alice";
    strings groups{"ops"};
    std::string source = "203.0.113.9";

    conf::access_rule& rule(std::string name, strings targets)
    {
        conf::access_rule made;
        made.name = std::move(name);
        made.targets = std::move(targets);
        return settings.rules.emplace_back(std::move(made));
    }

    decision ask(std::string_view name, std::uint16_t port = 22, std::chrono::sys_seconds when = noon) const
    {
        const access_policy policy(settings);
        const target_names names(house, policy.groups());
        const asker who{user, groups, boost::asio::ip::make_address(source)};
        return policy.decide(who, names.resolve(name, 0), port, when);
    }

    // "yes RULE" or "no REASON [RULE]".
    std::string answer(std::string_view name, std::uint16_t port = 22, std::chrono::sys_seconds when = noon) const
    {
        const auto decided = ask(name, port, when);
        if (const auto* yes = std::get_if<grant>(&decided)) return "yes " + yes->rule();
        const auto& no = std::get<refused>(decided);
        return "no " + std::string(to_string(no.why)) + (no.rule.empty() ? "" : ' ' + no.rule);
    }

    std::string until(std::chrono::sys_seconds when = noon) const
    {
        const auto decided = ask("i-0a", 22, when);
        const auto& yes = std::get<grant>(decided);
        return yes.until() ? utc_text(*yes.until()) : "for good";
    }
};

}  // namespace

TEST_CASE("servers that are alike get the same answer", "[policy]")
{
    asked_bastion to;
    to.rule("one", {"web"});
    to.house["web"] = group("web", {server("i-0a", "10.0.0.1", "front"), server("i-0b", "10.0.0.2"),
                                    server("i-0c", "10.0.0.3", "", lifecycle::pending),
                                    server("i-0d", "10.0.0.9", "", lifecycle::terminating),
                                    server("i-0e", "127.0.0.1")})
                          .second;
    const access_policy policy(to.settings);
    const auto at = [&](const char* of, std::size_t number) {
        const auto& home = to.house.find(of)->second;
        return resident{home, &home->members[number]};
    };
    const auto like_first = [&](const char* of, std::size_t number) { return policy.alike(at("web", 0), at(of, number)); };
    CHECK(like_first("web", 1));
    CHECK(like_first("web", 2));
    CHECK_FALSE(like_first("web", 3));
    CHECK_FALSE(like_first("web", 4));
    CHECK_FALSE(like_first("db", 0));
    to.settings.allow_loopback_targets = true;
    CHECK(access_policy(to.settings).alike(at("web", 0), at("web", 4)));
}

TEST_CASE("without a rule nobody reaches anybody", "[access_policy]")
{
    const asked_bastion bastion;
    CHECK(bastion.answer("i-0a") == "no unknown_target");
    const decision nothing;
    CHECK(std::holds_alternative<refused>(nothing));
}

TEST_CASE("a rule without people is for everyone who logged in", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("all", {"web"});
    CHECK(bastion.answer("i-0a") == "yes all");
    bastion.user.clear();
    bastion.groups.clear();
    CHECK(bastion.answer("i-0a") == "yes all");
}

TEST_CASE("a rule for people is for its users and for the members of its groups", "[access_policy]")
{
    asked_bastion bastion;
    auto& rule = bastion.rule("some", {"web"});
    rule.users = {"bob"};
    rule.groups = {"ops"};
    CHECK(bastion.answer("i-0a") == "yes some");
    bastion.groups = {"dev"};
    CHECK(bastion.answer("i-0a") == "no forbidden_target");
    bastion.user = "bob";
    CHECK(bastion.answer("i-0a") == "yes some");
    bastion.groups = {"dev", "ops"};
    bastion.user = "carol";
    CHECK(bastion.answer("i-0a") == "yes some");
}

TEST_CASE("names of users and groups are exact and apart", "[access_policy]")
{
    asked_bastion bastion;
    auto& rule = bastion.rule("some", {"web"});
    rule.users = {"bob"};
    bastion.groups = {"bob"};
    for (const auto* user : {"Bob", "bobby", "bo", "", "bob "}) {
        bastion.user = user;
        CAPTURE(user);
        CHECK(bastion.answer("i-0a") == "no forbidden_target");
    }
    rule.users.clear();
    rule.groups = {"bob"};
    bastion.groups = {"Bob", "bobs", ""};
    bastion.user = "bob";
    CHECK(bastion.answer("i-0a") == "no forbidden_target");
}

TEST_CASE("a grant says whom it lets reach and by which rule", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("first", {"api"}).users = {"somebody-else"};
    bastion.rule("second", {"web"});
    bastion.rule("third", {"web"});
    const auto decided = bastion.ask("10.0.0.2");
    REQUIRE(std::holds_alternative<grant>(decided));
    const auto& yes = std::get<grant>(decided);
    CHECK(yes.rule() == "second");
    CHECK(yes.target().who->id == "i-0b");
    CHECK(yes.target().group() == "web");
    CHECK(yes.endpoint().address().to_string() == "10.0.0.2");
    CHECK(yes.endpoint().port() == 22);
}

TEST_CASE("a name that nobody has is unknown, also while the rules' group is not there", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("all", {"web", "absent"});
    CHECK(bastion.answer("i-0x") == "no unknown_target");
    CHECK(bastion.answer("absent.1") == "no unknown_target");
    CHECK(bastion.answer("i-0d") == "no unknown_target");  // no rule names its group
}

TEST_CASE("a target that no rule of this user names is forbidden", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("ours", {"web"}).groups = {"ops"};
    bastion.rule("theirs", {"db"}).groups = {"dba"};
    CHECK(bastion.answer("i-0d") == "no forbidden_target");
    CHECK(bastion.answer("i-0d", 2222) == "no forbidden_target");
}

TEST_CASE("several servers of one name are refused and listed", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("all", {"web", "db"});
    const auto decided = bastion.ask("front");
    REQUIRE(std::holds_alternative<refused>(decided));
    const auto& no = std::get<refused>(decided);
    CHECK(no.why == denial::ambiguous);
    CHECK(ids_of(no.candidates) == strings{"db/i-0d", "web/i-0a", "web/i-0b"});
}

TEST_CASE("servers out of reach neither make a name ambiguous nor show", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("ours", {"db"}).groups = {"ops"};
    bastion.rule("theirs", {"web", "api"}).groups = {"dev"};
    CHECK(bastion.answer("front") == "yes ours");
    bastion.groups = {"dev"};
    const auto decided = bastion.ask("front");
    CHECK(ids_of(std::get<refused>(decided).candidates) == strings{"api/i-0a", "web/i-0a", "web/i-0b"});
}

TEST_CASE("of servers out of reach nothing is told, neither how many there are nor where", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("theirs", {"web", "db"}).groups = {"dev"};
    bastion.house["db"] = group("db", {server("lo", "127.0.0.1")}).second;
    const auto decided = bastion.ask("front");
    CHECK(std::get<refused>(decided).why == denial::forbidden_target);
    CHECK(std::get<refused>(decided).candidates.empty());
    CHECK(bastion.answer("lo") == "no forbidden_target");
}

TEST_CASE("one server in two groups is not ambiguous, and reached by the rule of either", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("web-only", {"web"}).ports = {80};
    bastion.rule("api-only", {"api"});
    CHECK(bastion.answer("i-0a") == "yes api-only");
    CHECK(bastion.answer("10.0.0.1", 80) == "yes web-only");
    bastion.rule("db-too", {"db"});
    CHECK(bastion.answer("i-0a") == "yes api-only");
}

TEST_CASE("an id that two groups have at different addresses is ambiguous", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("all", {"web", "api"});
    bastion.house["api"] = group("api", {server("i-0a", "10.0.7.7")}).second;
    CHECK(bastion.answer("i-0a") == "no ambiguous");
    CHECK(bastion.answer("10.0.7.7") == "yes all");
}

TEST_CASE("a port must be one of the rule's", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("all", {"web"}).ports = {22, 2222};
    CHECK(bastion.answer("i-0a", 22) == "yes all");
    CHECK(bastion.answer("i-0a", 2222) == "yes all");
    CHECK(bastion.answer("i-0a", 23) == "no forbidden_port all");
    CHECK(bastion.answer("i-0a", 0) == "no forbidden_port all");
    CHECK(bastion.answer("i-0a", 65535) == "no forbidden_port all");
}

TEST_CASE("a source must lie in one of the rule's networks", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("all", {"web"}).source = {{"203.0.113.0", 24}, {"2001:db8::", 32}};
    CHECK(bastion.answer("i-0a") == "yes all");
    for (const auto* inside : {"203.0.113.255", "::ffff:203.0.113.1", "2001:db8:ffff::1"}) {
        bastion.source = inside;
        CAPTURE(inside);
        CHECK(bastion.answer("i-0a") == "yes all");
    }
    for (const auto* outside : {"203.0.112.255", "203.0.114.0", "2001:db9::", "::1", "::ffff:203.0.114.1"}) {
        bastion.source = outside;
        CAPTURE(outside);
        CHECK(bastion.answer("i-0a") == "no forbidden_source all");
    }
}

TEST_CASE("a rule holds from not_before to before expires", "[access_policy]")
{
    asked_bastion bastion;
    auto& rule = bastion.rule("grant-7", {"web"});
    rule.not_before = noon;
    rule.expires = noon + 1h;
    CHECK(bastion.answer("i-0a", 22, noon - 1s) == "no not_yet grant-7");
    CHECK(bastion.answer("i-0a", 22, noon) == "yes grant-7");
    CHECK(bastion.answer("i-0a", 22, noon + 1h - 1s) == "yes grant-7");
    CHECK(bastion.answer("i-0a", 22, noon + 1h) == "no expired grant-7");
}

TEST_CASE("a rule with a window holds while it is open", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("office", {"web"}).between = conf::weekly_window{31, 8h, 19h, "Europe/London"};
    CHECK(bastion.answer("i-0a", 22, utc("2026-07-13 06:59:59")) == "no outside_window office");
    CHECK(bastion.answer("i-0a", 22, utc("2026-07-13 07:00:00")) == "yes office");
    CHECK(bastion.answer("i-0a", 22, utc("2026-07-13 18:00:00")) == "no outside_window office");
}

TEST_CASE("a terminating instance is reached by rules that say so only", "[access_policy]")
{
    asked_bastion bastion;
    auto& rule = bastion.rule("all", {"web"});
    CHECK(bastion.answer("i-0t") == "no terminating all");
    rule.terminating = true;
    CHECK(bastion.answer("i-0t") == "yes all");
}

TEST_CASE("pending and standing by does not keep anyone out", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("all", {"web"});
    bastion.house["web"] = group("web", {server("i-1", "10.0.0.1", "", lifecycle::pending),
                                         server("i-2", "10.0.0.2", "", lifecycle::standby)})
                               .second;
    CHECK(bastion.answer("i-1") == "yes all");
    CHECK(bastion.answer("i-2") == "yes all");
}

TEST_CASE("an address of the bastion or of the platform is refused whatever the rules", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("all", {"web"}).ports = {22, 80};
    bastion.house["web"] = group("web", {server("lo", "127.0.0.1"), server("meta", "169.254.169.254"),
                                         server("mapped", "::ffff:169.254.169.254"), server("six", "fd00:ec2::254"),
                                         server("zero", "0.0.0.0")})
                               .second;
    for (const auto* name : {"lo", "meta", "mapped", "six", "zero", "127.0.0.1", "::ffff:127.0.0.1"}) {
        CAPTURE(name);
        CHECK(bastion.answer(name, 80) == "no forbidden_address");
    }
    bastion.settings.allow_loopback_targets = true;
    CHECK(bastion.answer("lo") == "yes all");
    CHECK(bastion.answer("meta") == "no forbidden_address");
    CHECK(bastion.answer("mapped") == "no forbidden_address");
    CHECK(bastion.answer("six") == "no forbidden_address");
    CHECK(bastion.answer("zero") == "no forbidden_address");
}

TEST_CASE("a mapped address is connected to as the IPv4 address that was judged", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("all", {"web"});
    bastion.house["web"] = group("web", {server("i-0a", "::ffff:10.0.0.1")}).second;
    const auto decided = bastion.ask("i-0a");
    REQUIRE(std::holds_alternative<grant>(decided));
    CHECK(std::get<grant>(decided).endpoint().address().to_string() == "10.0.0.1");
}

TEST_CASE("the reason told is that of the rule that came closest, of equals the first", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("people", {"web"}).groups = {"dev"};
    bastion.rule("target", {"api"}).users = {"alice"};
    bastion.rule("port", {"web"}).ports = {2222};
    bastion.rule("port-again", {"web"}).ports = {2223};
    CHECK(bastion.answer("i-0b") == "no forbidden_port port");
    bastion.rule("source", {"web"}).source = {{"10.0.0.0", 8}};
    CHECK(bastion.answer("i-0b") == "no forbidden_source source");
    bastion.rule("not-yet", {"web"}).not_before = noon + 1s;
    CHECK(bastion.answer("i-0b") == "no not_yet not-yet");
    bastion.rule("expired", {"web"}).expires = noon;
    CHECK(bastion.answer("i-0b") == "no expired expired");
    bastion.rule("window", {"web"}).between = conf::weekly_window{31, 13h, 14h, "UTC"};
    CHECK(bastion.answer("i-0b") == "no outside_window window");
    bastion.rule("allows", {"web"});
    CHECK(bastion.answer("i-0b") == "yes allows");
}

TEST_CASE("the first rule that matches decides how long the answer holds", "[access_policy]")
{
    asked_bastion bastion;
    SECTION("to the end of its window")
    {
        bastion.rule("first", {"web"}).between = conf::weekly_window{31, 8h, 19h, "UTC"};
        bastion.rule("second", {"web"});
        CHECK(bastion.until() == "2026-11-16T19:00:00Z");
        CHECK(bastion.until(noon + 10h) == "for good");
    }
    SECTION("to its expiry")
    {
        bastion.rule("first", {"web"}).expires = noon + 1h;
        CHECK(bastion.until() == "2026-11-16T13:00:00Z");
    }
    SECTION("to whichever comes first")
    {
        auto& rule = bastion.rule("first", {"web"});
        rule.between = conf::weekly_window{31, 8h, 19h, "UTC"};
        rule.expires = noon + 1h;
        CHECK(bastion.until() == "2026-11-16T13:00:00Z");
        rule.expires = noon + 48h;
        CHECK(bastion.until() == "2026-11-16T19:00:00Z");
    }
}

TEST_CASE("a policy knows the groups of its rules and of a user's", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("one", {"web", "api"}).groups = {"ops"};
    bastion.rule("two", {"db", "web"}).users = {"bob"};
    const access_policy policy(bastion.settings);
    CHECK(policy.groups() == strings{"api", "db", "web"});
    CHECK(policy.groups_of({"alice", bastion.groups, {}}) == strings{"api", "web"});
    CHECK(policy.groups_of({"bob", {}, {}}) == strings{"db", "web"});
    CHECK(policy.groups_of({"carol", {}, {}}).empty());
}

TEST_CASE("a rule with an unknown zone is refused by its name", "[access_policy]")
{
    asked_bastion bastion;
    bastion.rule("office", {"web"}).between = conf::weekly_window{31, 8h, 19h, "Europe/Lodnon"};
    CHECK_THROWS_WITH(access_policy(bastion.settings), Catch::Contains("rule office") && Catch::Contains("Lodnon"));
}

TEST_CASE("every denial has a name of its own", "[access_policy]")
{
    strings texts;
    for (int why = 0; why <= static_cast<int>(denial::terminating); ++why)
        texts.emplace_back(to_string(static_cast<denial>(why)));
    CHECK(texts == strings{"unknown_target", "ambiguous", "forbidden_target", "forbidden_address", "forbidden_port",
                           "forbidden_source", "not_yet", "expired", "outside_window", "terminating"});
}
