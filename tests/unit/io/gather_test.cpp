#include "lb/io/gather.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using gatehouse::lb::gather;

namespace {

std::string joined(const gather& from)
{
    std::array<std::string_view, gather::most_pieces> pieces;
    std::string all;
    const auto count = from.pieces(pieces);
    for (std::size_t i = 0; i < count; ++i) all += pieces[i];
    return all;
}

}  // namespace

TEST_CASE("small pieces make one run", "[io][gather]")
{
    gather out;
    out.front() += "HTTP/1.1 200 OK\r\n\r\n";
    out.add("body");
    std::array<std::string_view, gather::most_pieces> pieces;
    CHECK(out.pieces(pieces) == 1);
    CHECK(joined(out) == "HTTP/1.1 200 OK\r\n\r\nbody");
    CHECK(out.size() == 23);
}

TEST_CASE("a large piece is borrowed, and what follows it stays behind it", "[io][gather]")
{
    gather out;
    const std::string large(gather::copy_up_to + 1, 'x');
    out.add("a");
    out.add(large);
    out.add("b");
    std::array<std::string_view, gather::most_pieces> pieces;
    REQUIRE(out.pieces(pieces) == 3);
    CHECK(pieces[1].data() == large.data());
    CHECK(joined(out) == "a" + large + "b");
    CHECK(out.size() == large.size() + 2);
}

TEST_CASE("more pieces than can be borrowed keep their order and their number of bytes", "[io][gather]")
{
    gather out;
    std::vector<std::string> pieces;  // borrowed: they outlive the gather
    for (int i = 0; i < 100; ++i)
        pieces.emplace_back(i % 2 ? gather::copy_up_to + 1 : 1, static_cast<char>('a' + i % 26));
    std::string expected;
    for (const auto& one : pieces) {
        out.add(one);
        expected += one;
    }
    CHECK(out.size() == expected.size());
    CHECK(joined(out) == expected);
}

TEST_CASE("a cleared gather is empty", "[io][gather]")
{
    gather out;
    const std::string large(gather::copy_up_to * 2, 'x');
    out.add("a");
    out.add(large);
    out.clear();
    CHECK(out.empty());
    CHECK(joined(out).empty());
}
