#include "discovery/inventory.hpp"

#include "tests/unit/discovery/stage.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery;

TEST_CASE("members are ordered by id and the first of equal ids stays", "[discovery][inventory]")
{
    const auto made = [](const char* id, const char* address) {
        member one;
        one.id = id;
        one.address = stage::ip(address);
        return one;
    };
    const auto members = normalised({made("b", "10.0.0.1"), made("a", "10.0.0.2"), made("b", "10.0.0.3")});
    REQUIRE(members.size() == 2);
    CHECK(members[0].id == "a");
    CHECK(members[1].address == stage::ip("10.0.0.1"));
}
