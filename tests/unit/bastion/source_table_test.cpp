#include "bastion/limits/source_table.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace gatehouse::bastion;
using namespace std::chrono_literals;

namespace {

using table = source_table<int>;
const table::time_point now{100h};

source_key key(unsigned number)
{
    return source_key(boost::asio::ip::address_v4(number));
}

// What is remembered of it; 0 = nothing.
int value(table& of, unsigned number, table::time_point when = now)
{
    const auto* found = of.find(key(number), when);
    return found ? found->value : 0;
}

}  // namespace

TEST_CASE("a source is forgotten when its time is up", "[source_table]")
{
    table some(10);
    some.put(key(1), now + 2s, 7, now);
    CHECK(value(some, 1) == 7);
    CHECK(value(some, 2) == 0);
    CHECK(value(some, 1, now + 2s - 1ns) == 7);
    CHECK(value(some, 1, now + 2s) == 0);
    CHECK(some.size() == 0);
}

TEST_CASE("what is put again replaces what was there", "[source_table]")
{
    table some(10);
    some.put(key(1), now + 2s, 7, now);
    some.put(key(1), now + 5s, 8, now);
    CHECK(some.size() == 1);
    CHECK(value(some, 1, now + 4s) == 8);
    some.put(key(1), now + 4500ms, 9, now + 4s);
    CHECK(value(some, 1, now + 4500ms) == 0);
    CHECK(some.size() == 0);
}

TEST_CASE("in a full table a new source takes the place that is free first", "[source_table]")
{
    table some(3);
    some.put(key(1), now + 30s, 1, now);
    some.put(key(2), now + 10s, 2, now);
    some.put(key(3), now + 20s, 3, now);
    some.put(key(4), now + 5s, 4, now);
    CHECK(some.size() == 3);
    CHECK(value(some, 2) == 0);
    some.put(key(3), now + 25s, 33, now);  // one that is there takes nobody's
    CHECK(some.size() == 3);
    CHECK(value(some, 4) == 4);
    some.put(key(5), now + 40s, 5, now + 6s);  // nor one that comes after somebody left
    CHECK(value(some, 1, now + 6s) == 1);
    CHECK(value(some, 3, now + 6s) == 33);
    CHECK(value(some, 5, now + 6s) == 5);
}

TEST_CASE("sources can be erased and seen", "[source_table]")
{
    table some(3);
    some.put(key(2), now + 1s, 2, now);
    some.put(key(1), now + 2s, 1, now);
    std::string seen;
    const auto see = [&seen](const source_key& one, const table::entry& what) {
        seen += to_string(one) + '=' + std::to_string(what.value) + ' ';
    };
    some.each(now, see);
    CHECK(seen == "0.0.0.1=1 0.0.0.2=2 ");
    CHECK(some.erase(key(1)));
    CHECK_FALSE(some.erase(key(1)));
    seen.clear();
    some.each(now + 1s, see);
    CHECK(seen.empty());
}
