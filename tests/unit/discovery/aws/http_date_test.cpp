#include "discovery/aws/http_date.hpp"

#include <catch2/catch.hpp>

using gatehouse::discovery::aws::parse_http_date;
using namespace std::chrono;

TEST_CASE("a Date field is a time", "[aws][http_date]")
{
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == system_clock::time_point(seconds(784111777)));
    CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT") == system_clock::time_point(seconds(1709251199)));
    CHECK(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT") == system_clock::time_point());
}

TEST_CASE("what is no Date field is no time", "[aws][http_date]")
{
    for (const char* text :
         {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:-9:37 GMT", "Sun, 06 Nov 9999 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT ", "Thu, 29 Feb 2023 00:00:00 GMT",
          "Sun, +6 Nov 1994 08:49:37 GMT"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_http_date(text).has_value());
    }
}
