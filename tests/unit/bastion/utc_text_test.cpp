#include "bastion/utc_text.hpp"

#include "tests/unit/bastion/utc.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;

TEST_CASE("times are told in UTC as RFC 3339 has them", "[utc_text]")
{
    using namespace std::chrono_literals;
    CHECK(utc_text(utc("2026-03-01 09:05:07")) == "2026-03-01T09:05:07Z");
    CHECK(utc_text(utc("1970-01-01 00:00:00") - 1s) == "1969-12-31T23:59:59Z");
    CHECK(utc_text(utc("2026-03-01 09:05:07") + 123us) == "2026-03-01T09:05:07.000123Z");
    CHECK(utc_text(utc("1970-01-01 00:00:00") - 1us) == "1969-12-31T23:59:59.999999Z");
}
