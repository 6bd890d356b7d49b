#include "bastion/identity/serial_set.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace gatehouse::bastion;
using namespace std::string_view_literals;

namespace {

constexpr auto last = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("ranges overlap, touch and stand alone", "[bastion][identity][serial_set]")
{
    serial_set set;
    CHECK(set.add(100, 200));
    CHECK(set.add(10, 10));
    CHECK(set.add(150, 160));
    CHECK(set.add(190, 250));
    CHECK(set.add(251, 251));
    CHECK(set.add(last, last));
    set.sort();
    for (const std::uint64_t in : {std::uint64_t{10}, std::uint64_t{100}, std::uint64_t{155},
                                   std::uint64_t{220}, std::uint64_t{250}, std::uint64_t{251}, last})
        CHECK(set.contains(in));
    for (const std::uint64_t out : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{11}, std::uint64_t{99},
                                    std::uint64_t{252}, last - 1})
        CHECK_FALSE(set.contains(out));
}

TEST_CASE("a bitmap counts from its last bit", "[bastion][identity][serial_set]")
{
    serial_set set;
    CHECK(set.add_bitmap(1000, "\x80\x01"sv));
    CHECK(set.add_bitmap(last, "\x01"sv));
    CHECK(set.add_bitmap(0, "\x02"sv));
    CHECK(set.add_bitmap(5, ""sv));
    set.sort();
    CHECK(set.contains(1000));
    CHECK(set.contains(1015));
    CHECK(set.contains(1));
    CHECK(set.contains(last));
    for (const std::uint64_t out : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{5}, std::uint64_t{999},
                                    std::uint64_t{1001}, std::uint64_t{1014}, std::uint64_t{1016}, last - 1})
        CHECK_FALSE(set.contains(out));
}

TEST_CASE("numbers that no list may hold are refused", "[bastion][identity][serial_set]")
{
    serial_set set;
    CHECK_FALSE(set.add(0, 5));
    CHECK_FALSE(set.add(6, 5));
    CHECK_FALSE(set.add_bitmap(0, "\x03"sv));
    CHECK_FALSE(set.add_bitmap(last, "\x02"sv));
    CHECK(set.add_bitmap(last - 7, "\0\x80"sv));
    set.sort();
    CHECK_FALSE(set.contains(5));
}
