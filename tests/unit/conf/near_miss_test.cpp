#include "conf/near_miss.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::conf;

TEST_CASE("a slip of the keyboard gets the word that was meant", "[conf][near_miss]")
{
    const names known{"interval", "timeout", "path"};
    CHECK(suggestion("intervall", known) == ", did you mean 'interval'?");
    CHECK(suggestion("itnerval", known) == ", did you mean 'interval'?");
    CHECK(suggestion("Timeout", known) == ", did you mean 'timeout'?");
    CHECK(suggestion("timeuot", known) == ", did you mean 'timeout'?");
    CHECK(suggestion("pth", known) == ", did you mean 'path'?");
}

TEST_CASE("another word gets the list, if it is short", "[conf][near_miss]")
{
    CHECK(suggestion("colour", {"interval", "path"}) == "; allowed: interval, path");
    CHECK(suggestion("", {"interval", "path"}) == "; allowed: interval, path");
    CHECK(suggestion("http2", {"http1"}) == "; allowed: http1");
    CHECK(suggestion(std::string(10000, 'x'), {std::string(10000, 'x') + 'y'}).starts_with("; allowed: "));
    CHECK(suggestion("x", {}).empty());
    CHECK(suggestion("colour", names(17, "interval")).empty());
}
