#include "bastion/policy/target_names.hpp"

#include "tests/unit/bastion/house.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <string>

using namespace gatehouse;
using namespace gatehouse::bastion;
using gatehouse::discovery::lifecycle;

namespace {

using strings = std::vector<std::string>;

discovery::inventory some_house()
{
    return {group("web", {server("i-0b", "10.0.0.2", "web"), server("i-0a", "10.0.0.1", "web"),
                          server("i-0c", "10.0.0.3", "front", lifecycle::terminating)}),
            group("api", {server("api-1", "10.0.1.1", "api one"), server("2001:db8::5", "2001:db8::5")}),
            group("secret", {server("i-0s", "10.0.9.9", "vault")})};
}

const target_names& names()
{
    static const target_names made(some_house(), {"web", "api", "absent"});
    return made;
}

strings found(std::string_view typed, std::uint64_t random = 0, const target_names& in = names())
{
    return ids_of(in.resolve(typed, random).residents);
}

// Not the name of `in`, and none of its members was found.
bool unknown(std::string_view typed, const target_names& in = names())
{
    const auto made = in.resolve(typed, 0);
    return made.form == name_form::unknown && made.residents.empty();
}

}  // namespace

TEST_CASE("a server is found by its id", "[target_names]")
{
    CHECK(found("i-0a") == strings{"web/i-0a"});
    CHECK(found("api-1") == strings{"api/api-1"});
    CHECK(names().resolve("i-0a", 0).form == name_form::id);
    CHECK(unknown("i-0"));
    CHECK(unknown("i-0a "));
    CHECK(unknown("I-0A"));
    CHECK(unknown("i-0A"));
}

TEST_CASE("a server is found by its address in any form", "[target_names]")
{
    CHECK(found("10.0.0.2") == strings{"web/i-0b"});
    CHECK(found("::ffff:10.0.0.2") == strings{"web/i-0b"});
    CHECK(found("2001:DB8:0::0005") == strings{"api/2001:db8::5"});
    CHECK(found("[2001:db8::5]") == strings{"api/2001:db8::5"});
    CHECK(names().resolve("10.0.0.2", 0).form == name_form::address);
    CHECK(unknown("10.0.0.4"));
    CHECK(unknown("10.0.0.2."));
    CHECK(unknown("169.254.169.254"));
}

TEST_CASE("an inventory's mapped address is the IPv4 address", "[target_names]")
{
    const target_names mapped({group("web", {server("i-0a", "::ffff:10.0.0.1")})}, {"web"});
    CHECK(found("10.0.0.1", 0, mapped) == strings{"web/i-0a"});
    CHECK(found("::ffff:10.0.0.1", 0, mapped) == strings{"web/i-0a"});
}

TEST_CASE("a server is found by its Name tag, and all that have it", "[target_names]")
{
    CHECK(found("api one") == strings{"api/api-1"});
    CHECK(found("web") == strings{"web/i-0a", "web/i-0b"});
    CHECK(names().resolve("web", 0).form == name_form::name_tag);
    CHECK(unknown("we"));
    CHECK(unknown("webb"));
    CHECK(unknown(""));  // though some have no name
}

TEST_CASE("group.N is the Nth member by id, from 1", "[target_names]")
{
    CHECK(found("web.1") == strings{"web/i-0a"});
    CHECK(found("web.2") == strings{"web/i-0b"});
    CHECK(found("web.3") == strings{"web/i-0c"});
    CHECK(names().resolve("web.3", 0).form == name_form::nth_of_group);
    for (const auto* typed : {"web.0", "web.4", "web.", "web.01", "web.+1", "web.-1", "web.1 ", "web.1.1", ".1",
                              "web.one", "web.18446744073709551617", "absent.1", "1"}) {
        CAPTURE(typed);
        CHECK(unknown(typed));
    }
}

TEST_CASE("any.group is a member in service while there is one", "[target_names]")
{
    CHECK(found("any.web", 0) == strings{"web/i-0a"});
    CHECK(found("any.web", 1) == strings{"web/i-0b"});
    CHECK(found("any.web", 2) == strings{"web/i-0a"});
    CHECK(found("any.web", ~std::uint64_t{0}) == strings{"web/i-0b"});
    CHECK(names().resolve("any.web", 0).form == name_form::any_of_group);
    for (const auto* typed : {"any.", "any", "any.we", "any.web.1", "any.absent", "any.secret", " any.web"}) {
        CAPTURE(typed);
        CHECK(unknown(typed));
    }
}

TEST_CASE("any.group without a member in service is the best there is", "[target_names]")
{
    const auto leaving = server("i-0a", "10.0.0.1", "", lifecycle::terminating);
    const auto coming = server("i-0b", "10.0.0.2", "", lifecycle::pending);
    const auto resting = server("i-0c", "10.0.0.3", "", lifecycle::standby);
    const target_names some({group("web", {leaving, coming, resting}), group("old", {leaving}), group("none", {})},
                            {"web", "old", "none"});
    CHECK(found("any.web", 0, some) == strings{"web/i-0b"});
    CHECK(found("any.web", 1, some) == strings{"web/i-0c"});
    CHECK(found("any.old", 7, some) == strings{"old/i-0a"});
    CHECK(unknown("any.none", some));
    CHECK(unknown("none.1", some));
}

TEST_CASE("only groups that rules name are known", "[target_names]")
{
    for (const auto* typed : {"i-0s", "10.0.9.9", "vault", "secret.1", "any.secret"}) {
        CAPTURE(typed);
        CHECK(unknown(typed));
    }
    CHECK(unknown("i-0a", target_names(some_house(), {})));
    CHECK(unknown("i-0a", target_names()));
}

TEST_CASE("a server in two groups is found in both", "[target_names]")
{
    const target_names two(
        {group("web", {server("i-0a", "10.0.0.1", "one")}), group("blue", {server("i-0a", "10.0.0.1", "one")})},
        {"web", "blue"});
    CHECK(found("i-0a", 0, two) == strings{"blue/i-0a", "web/i-0a"});
    CHECK(found("10.0.0.1", 0, two) == strings{"blue/i-0a", "web/i-0a"});
    CHECK(found("one", 0, two) == strings{"blue/i-0a", "web/i-0a"});
}

TEST_CASE("a Name tag cannot take an id, an address or a place in a group", "[target_names]")
{
    const target_names some(
        {group("web", {server("i-0a", "10.0.0.1"), server("i-0b", "10.0.0.2", "i-0a"),
                       server("i-0c", "10.0.0.3", "10.0.0.1"), server("i-0d", "10.0.0.4", "web.1"),
                       server("i-0e", "10.0.0.5", "any.web"), server("i-0f", "10.0.0.6", "web.77")})},
        {"web"});
    CHECK(found("i-0a", 0, some) == strings{"web/i-0a"});
    CHECK(found("10.0.0.1", 0, some) == strings{"web/i-0a"});
    CHECK(found("web.1", 0, some) == strings{"web/i-0a"});
    CHECK(found("any.web", 5, some) == strings{"web/i-0f"});
    CHECK(found("web.77", 0, some) == strings{"web/i-0f"});  // nobody's place
}

TEST_CASE("a group's name may hold dots", "[target_names]")
{
    const target_names some(
        {group("eu.web", {server("i-0a", "10.0.0.1")}), group("any.one", {server("i-0b", "10.0.0.2")})},
        {"eu.web", "any.one"});
    CHECK(found("eu.web.1", 0, some) == strings{"eu.web/i-0a"});
    CHECK(found("any.eu.web", 0, some) == strings{"eu.web/i-0a"});
    CHECK(found("any.one.1", 0, some) == strings{"any.one/i-0b"});
}

// ssh(1) makes "Web-One" into "web-one" before it asks anybody.
TEST_CASE("a text without capitals means names with capitals, too", "[target_names]")
{
    const target_names some({group("Web", {server("I-0A", "10.0.0.1", "Web-One"), server("i-0b", "10.0.0.2", "web-two"),
                                           server("i-0c", "10.0.0.3", "WEB-TWO")}),
                             group("web", {server("i-0d", "10.0.1.1")})},
                            {"Web", "web"});
    CHECK(found("i-0a", 0, some) == strings{"Web/I-0A"});
    CHECK(found("web-one", 0, some) == strings{"Web/I-0A"});
    CHECK(found("web-two", 0, some) == strings{"Web/i-0b", "Web/i-0c"});
    CHECK(found("web.1", 0, some) == strings{"Web/I-0A", "web/i-0d"});
    CHECK(found("any.web", 0, some) == strings{"Web/I-0A", "web/i-0d"});
    CHECK(found("Web-One", 0, some) == strings{"Web/I-0A"});
    CHECK(found("WEB-TWO", 0, some) == strings{"Web/i-0c"});
    CHECK(found("Web.1", 0, some) == strings{"Web/I-0A"});
    CHECK(unknown("WEB-ONE", some));
    CHECK(unknown("Web-one", some));
    CHECK(unknown("ANY.web", some));
}

TEST_CASE("a name longer than 255 bytes is nobody's", "[target_names]")
{
    const std::string longest(255, 'n'), longer(256, 'n');
    const target_names some({group("web", {server("i-0a", "10.0.0.1", longest), server("i-0b", "10.0.0.2", longer)})},
                            {"web"});
    CHECK(found(longest, 0, some) == strings{"web/i-0a"});
    CHECK(unknown(longer, some));
    CHECK(unknown(std::string(65536, 'n'), some));
    CHECK(unknown("any." + std::string(65536, 'n'), some));
}

TEST_CASE("a zero byte ends no name", "[target_names]")
{
    using namespace std::string_view_literals;
    CHECK(unknown("10.0.0.1\0"sv));
    CHECK(unknown("i-0a\0x"sv));
    CHECK(unknown("web.1\0"sv));
}

TEST_CASE("a resident outlives the names it was found by", "[target_names]")
{
    resident kept;
    {
        const target_names brief(some_house(), {"web"});
        kept = brief.resolve("i-0a", 0).residents.at(0);
    }
    CHECK(kept.who->id == "i-0a");
    CHECK(kept.group() == "web");
}

TEST_CASE("a member is found again in the next inventory while it is the same", "[target_names]")
{
    const auto before = names().resolve("i-0b", 0).residents.at(0);
    const auto again = [&before](const char* in_group, std::vector<discovery::member> members) {
        const target_names next({group(in_group, std::move(members))}, {"web", "api"});
        const auto made = next.find_again(before);
        CHECK((made.form == name_form::unknown) == made.residents.empty());
        return made.residents;
    };
    const auto found =
        again("web", {server("i-00", "10.0.0.7"), server("i-0b", "10.0.0.2", "", lifecycle::terminating)});
    REQUIRE(ids_of(found) == strings{"web/i-0b"});
    CHECK(found[0].who->state == lifecycle::terminating);
    CHECK(ids_of(again("web", {server("i-0b", "::ffff:10.0.0.2")})) == strings{"web/i-0b"});
    CHECK(again("web", {server("i-0b", "10.0.0.3")}).empty());  // another server that was given its id
    CHECK(again("web", {server("i-0c", "10.0.0.2")}).empty());
    CHECK(again("web", {server("i-0a", "10.0.0.2")}).empty());
    CHECK(again("web", {}).empty());
    CHECK(again("api", {server("i-0b", "10.0.0.2")}).empty());
}

TEST_CASE("ten thousand members are told apart", "[target_names]")
{
    discovery::inventory house;
    for (int at = 0; at < 100; ++at) {
        std::vector<discovery::member> members;
        for (int one = 0; one < 100; ++one) {
            const auto label = std::to_string(at) + '-' + std::to_string(one);
            const auto address = "10.1." + std::to_string(at) + '.' + std::to_string(one);
            members.push_back(server("i-" + label, address.c_str(), "name-" + label));
        }
        house.insert(group("g" + std::to_string(at), std::move(members)));
    }
    strings all;
    for (const auto& [name, _] : house) all.push_back(name);
    const target_names many(house, all);
    int wrong = 0;
    for (int at = 0; at < 100; ++at) {
        for (int one = 0; one < 100; ++one) {
            const auto label = std::to_string(at) + '-' + std::to_string(one);
            const strings expected{"g" + std::to_string(at) + "/i-" + label};
            if (found("i-" + label, 0, many) != expected || found("name-" + label, 0, many) != expected) ++wrong;
            if (found("10.1." + std::to_string(at) + '.' + std::to_string(one), 0, many) != expected) ++wrong;
        }
    }
    CHECK(wrong == 0);
}
