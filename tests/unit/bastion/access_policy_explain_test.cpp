#include "bastion/policy/access_policy.hpp"

#include "tests/unit/bastion/house.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace gatehouse;
using namespace gatehouse::bastion;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

const auto noon = utc("2026-11-16 12:00:00");  // a Monday

conf::access_rule rule(std::string name, strings targets)
{
    conf::access_rule made;
    made.name = std::move(name);
    made.targets = std::move(targets);
    return made;
}

// "RULE TEXT" of each verdict on alice of ops at 198.51.100.7.
strings why(const std::vector<conf::access_rule>& rules, std::string_view name, std::uint16_t port = 22)
{
    const discovery::inventory house{
        group("web", {server("i-0a", "10.0.0.1", "front"), server("i-0b", "10.0.0.2", "front"),
                      server("i-0t", "10.0.0.9", "", discovery::lifecycle::terminating)}),
        group("api", {server("i-0a", "10.0.0.1")}), group("db", {server("i-0d", "10.0.2.1", "front")})};
    conf::bastion settings;
    settings.rules = rules;
    const access_policy policy(settings);
    const target_names names(house, policy.groups());
    const strings groups{"ops"};
    const asker who{"alice", groups, boost::asio::ip::make_address("198.51.100.7")};
    strings told;
    for (const auto& verdict : policy.explain(who, names.resolve(name, 0), port, noon))
        told.push_back(verdict.rule + ' ' + verdict.text);
    return told;
}

}  // namespace

TEST_CASE("each rule tells why it does not match, up to the one that does", "[access_policy]")
{
    auto people = rule("people", {"web"}), port = rule("port", {"web"}), source = rule("source", {"web"}),
         early = rule("early", {"web"}), late = rule("late", {"web"}), window = rule("window", {"web"});
    people.users = {"bob", "carol"};
    people.groups = {"dev"};
    port.ports = {80, 443};
    source.source = {{"203.0.113.0", 24}, {"2001:db8::", 32}};
    early.not_before = noon + 1s;
    late.expires = noon;
    window.between = conf::weekly_window{31, 8h, 9h, "Europe/London"};
    CHECK(why({people, rule("target", {"api", "db"}), port, source, early, late, window, rule("yes", {"web"}),
               rule("after", {"web"})},
              "i-0b") ==
          strings{"people is for users bob, carol and groups dev, not for alice", "target reaches api, db, not web",
                  "port allows port 80, 443, not 22",
                  "source is for 203.0.113.0/24, 2001:db8::/32, not for 198.51.100.7",
                  "early begins at 2026-11-16T12:00:01Z", "late ended at 2026-11-16T12:00:00Z",
                  "window is closed outside Mon-Fri 08:00-09:00 Europe/London, next open at 2026-11-17T08:00:00Z",
                  "yes allows it"});
}

TEST_CASE("a rule that allows it tells until when", "[access_policy]")
{
    auto office = rule("office", {"web"});
    office.between = conf::weekly_window{31, 8h, 19h, "UTC"};
    CHECK(why({office}, "i-0b") == strings{"office allows it until 2026-11-16T19:00:00Z"});
}

TEST_CASE("a rule tells of the terminating instance it does not reach", "[access_policy]")
{
    CHECK(why({rule("all", {"web"})}, "i-0t") == strings{"all does not reach terminating instances, as i-0t is"});
}

TEST_CASE("of a server in two groups each rule tells about the one it comes closer to", "[access_policy]")
{
    auto web = rule("web", {"web"});
    web.ports = {80};
    CHECK(why({web, rule("api", {"api"})}, "i-0a") == strings{"web allows port 80, not 22", "api allows it"});
}

TEST_CASE("rules for others are told of when no rule is for this user", "[access_policy]")
{
    auto dev = rule("dev", {"web"});
    dev.groups = {"dev"};
    CHECK(why({dev}, "i-0b") == strings{"dev is for groups dev, not for alice"});
}

TEST_CASE("nothing is told of rules while nobody or no one in particular is meant", "[access_policy]")
{
    CHECK(why({rule("all", {"web"})}, "i-0x").empty());
    CHECK(why({rule("all", {"web"})}, "front").empty());
}
