#include "lb/tls/name_table.hpp"

#include <catch2/catch.hpp>

#include <array>

using gatehouse::lb::name_table;

namespace {

// The table never looks at a context, so anything with an address will do.
struct stand_ins {
    std::array<char, 3> places{};
    SSL_CTX* operator[](std::size_t i) { return reinterpret_cast<SSL_CTX*>(&places.at(i)); }
};

}  // namespace

TEST_CASE("a server name picks its certificate", "[tls][name_table]")
{
    stand_ins context;
    name_table table;
    table.add("example.com", context[0]);
    table.add("*.example.com", context[1]);
    table.add("Shop.Example.com", context[2]);

    SECTION("exactly")
    {
        CHECK(table.find("example.com") == context[0]);
    }
    SECTION("without case on either side")
    {
        CHECK(table.find("EXAMPLE.com") == context[0]);
        CHECK(table.find("shop.example.com") == context[2]);
    }
    SECTION("by a wildcard when no exact name covers it")
    {
        CHECK(table.find("api.example.com") == context[1]);
    }
    SECTION("by a wildcard for one label only")
    {
        CHECK(table.find("a.b.example.com") == nullptr);
        CHECK(table.find(".example.com") == nullptr);
    }
    SECTION("or none")
    {
        CHECK(table.find("example.org") == nullptr);
        CHECK(table.find("") == nullptr);
        CHECK(table.find("localhost") == nullptr);
        CHECK(table.find("*.example.com") == nullptr);
    }
    SECTION("of the certificate listed first")
    {
        table.add("example.com", context[2]);
        CHECK(table.find("example.com") == context[0]);
    }
}
