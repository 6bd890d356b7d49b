#include "lb/http/forward_head.hpp"

#include <catch2/catch.hpp>

using gatehouse::lb::http::http_date;

TEST_CASE("a date is an IMF-fixdate of its second", "[http][http_date]")
{
    http_date date;
    CHECK(date.at(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(date.at(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(date.at(784111778) == "Sun, 06 Nov 1994 08:49:38 GMT");
    CHECK(date.at(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(date.at(951827696) == "Tue, 29 Feb 2000 12:34:56 GMT");
    CHECK(date.at(4102444799) == "Thu, 31 Dec 2099 23:59:59 GMT");
}
