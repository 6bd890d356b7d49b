#include "lb/log/text.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>

using namespace gatehouse::lb;

namespace {

template <class Put, class Value>
std::string written(Put put, Value value)
{
    char buffer[64];
    return {buffer, put(buffer, value)};
}

}  // namespace

TEST_CASE("a unix time is written in UTC with microseconds", "[log][text]")
{
    CHECK(written(text::put_time, std::int64_t{0}) == "1970-01-01T00:00:00.000000Z");
    CHECK(written(text::put_time, std::int64_t{1'772'355'907'000'123}) == "2026-03-01T09:05:07.000123Z");
    CHECK(written(text::put_time, std::int64_t{951'782'399'999'999}) == "2000-02-28T23:59:59.999999Z");
    CHECK(written(text::put_time, std::int64_t{951'782'400'000'000}) == "2000-02-29T00:00:00.000000Z");
    CHECK(written(text::put_time, std::int64_t{-1}) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("a duration is written in seconds, to the nearest millisecond or to the microsecond", "[log][text]")
{
    CHECK(written(text::put_milliseconds, std::int64_t{0}) == "0.000");
    CHECK(written(text::put_milliseconds, std::int64_t{499}) == "0.000");
    CHECK(written(text::put_milliseconds, std::int64_t{500}) == "0.001");
    CHECK(written(text::put_milliseconds, std::int64_t{12'345'678'901}) == "12345.679");
    CHECK(written(text::put_milliseconds, std::int64_t{999'999}) == "1.000");
    CHECK(written(text::put_microseconds, std::int64_t{7}) == "0.000007");
    CHECK(written(text::put_microseconds, std::int64_t{60'000'001}) == "60.000001");
}

TEST_CASE("a number is written whole", "[log][text]")
{
    CHECK(written(text::put_number, std::uint64_t{0}) == "0");
    CHECK(written(text::put_number, std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}
