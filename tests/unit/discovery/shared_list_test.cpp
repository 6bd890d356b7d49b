#include "discovery/shared_list.hpp"

#include <catch2/catch.hpp>

#include <string>

using gatehouse::discovery::shared_list;

TEST_CASE("a copy is the same list until one of them is changed", "[discovery][list]")
{
    shared_list<std::string> one{"a", "b"};
    auto other = one;
    CHECK(other.data() == one.data());
    other.push_back("c");
    other.back() += "!";
    CHECK(one == shared_list<std::string>{"a", "b"});
    CHECK(other == shared_list<std::string>{"a", "b", "c!"});
    CHECK_FALSE(other == one);
}

TEST_CASE("a list of nobody is empty, however it was made", "[discovery][list]")
{
    const shared_list<int> none, made{std::vector<int>()};
    CHECK(none == made);
    CHECK(none.empty());
    CHECK(none.begin() == none.end());
}
