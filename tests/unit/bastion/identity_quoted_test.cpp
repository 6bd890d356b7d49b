#include "bastion/identity/quoted.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;

TEST_CASE("what a file holds is quoted so that it can be logged", "[bastion][identity][quoted]")
{
    CHECK(quoted("") == "''");
    CHECK(quoted("web:22") == "'web:22'");
    CHECK(quoted("a\n\x1b[2J\x7f") == "'a\\x0a\\x1b[2J\\x7f'");
    CHECK(quoted("\xe4") == "'\\xe4'");  // no UTF-8
    CHECK(quoted(std::string(80, 'x')) == '\'' + std::string(80, 'x') + '\'');
    CHECK(quoted(std::string(81, 'x')) == '\'' + std::string(80, 'x') + "...'");
}
