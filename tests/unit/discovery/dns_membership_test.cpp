#include "discovery/dns_membership.hpp"

#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery;
using stage::answer;

namespace {

std::vector<std::string> ids(const dns_membership& who)
{
    std::vector<std::string> all;
    for (const auto& one : who.members()) all.push_back(one.id);
    return all;
}

using list = std::vector<std::string>;

}  // namespace

TEST_CASE("an address is a member from the first answer that has it", "[discovery][dns]")
{
    dns_membership who;
    CHECK(who.empty());
    CHECK(who.observe(answer({"10.0.0.2", "fd00::1"})));
    CHECK(ids(who) == list{"10.0.0.2", "fd00::1"});
    CHECK(who.members()[1].address == stage::ip("fd00::1"));
    CHECK_FALSE(who.observe(answer({"fd00::1", "10.0.0.2"})));  // the order of an answer means nothing
    CHECK(who.observe(answer({"10.0.0.1", "10.0.0.2", "fd00::1"})));
    CHECK(ids(who) == list{"10.0.0.1", "10.0.0.2", "fd00::1"});
}

TEST_CASE("an address leaves with the third complete answer in a row that lacks it", "[discovery][dns]")
{
    dns_membership who;
    who.observe(answer({"10.0.0.1", "10.0.0.2"}));
    CHECK_FALSE(who.observe(answer({"10.0.0.1"})));
    CHECK_FALSE(who.observe(answer({"10.0.0.1"})));
    SECTION("which removes it")
    {
        CHECK(who.observe(answer({"10.0.0.1"})));
        CHECK(ids(who) == list{"10.0.0.1"});
    }
    SECTION("and starts anew when one has it")
    {
        CHECK_FALSE(who.observe(answer({"10.0.0.1", "10.0.0.2"})));
        CHECK_FALSE(who.observe(answer({"10.0.0.1"})));
        CHECK_FALSE(who.observe(answer({"10.0.0.1"})));
        CHECK(who.observe(answer({"10.0.0.1"})));
    }
    SECTION("while empty answers are no evidence")
    {
        for (int i = 0; i < 5; ++i) CHECK_FALSE(who.observe(answer({})));
        CHECK(ids(who) == list{"10.0.0.1", "10.0.0.2"});
    }
    SECTION("while partial answers add but do not count")
    {
        for (int i = 0; i < 5; ++i) who.observe(answer({"10.0.0.3"}, false));
        CHECK(ids(who) == list{"10.0.0.1", "10.0.0.2", "10.0.0.3"});
    }
}

TEST_CASE("members known from before leave by the same rule", "[discovery][dns]")
{
    member known;
    known.id = "10.0.0.9";
    known.address = stage::ip("10.0.0.9");
    dns_membership who({known});
    CHECK(who.observe(answer({"10.0.0.1"})));
    CHECK(ids(who) == list{"10.0.0.1", "10.0.0.9"});
    who.observe(answer({"10.0.0.1"}));
    CHECK(who.observe(answer({"10.0.0.1"})));
    CHECK(ids(who) == list{"10.0.0.1"});
}
