#include "service/address_block.hpp"

#include <catch2/catch.hpp>

using gatehouse::conf::network;
using gatehouse::service::address_block;

namespace {

bool inside(const network& block, const char* address)
{
    return address_block(block).contains(boost::asio::ip::make_address(address));
}

}  // namespace

TEST_CASE("an IPv4 network holds the addresses that share its prefix", "[address_block]")
{
    CHECK(inside({"10.0.0.0", 8}, "10.255.1.2"));
    CHECK_FALSE(inside({"10.0.0.0", 8}, "11.0.0.0"));
    CHECK(inside({"192.0.2.128", 25}, "192.0.2.255"));
    CHECK_FALSE(inside({"192.0.2.128", 25}, "192.0.2.127"));
    CHECK(inside({"192.0.2.7", 32}, "192.0.2.7"));
    CHECK_FALSE(inside({"192.0.2.7", 32}, "192.0.2.6"));
    CHECK(inside({"0.0.0.0", 0}, "203.0.113.9"));
}

TEST_CASE("an IPv6 network holds the addresses that share its prefix", "[address_block]")
{
    CHECK(inside({"2001:db8::", 32}, "2001:db8:ffff::1"));
    CHECK_FALSE(inside({"2001:db8::", 32}, "2001:db9::"));
    CHECK(inside({"2001:db8:0:1::", 64}, "2001:db8:0:1:ffff::"));
    CHECK_FALSE(inside({"2001:db8:0:1::", 64}, "2001:db8:0:2::"));
    CHECK(inside({"2001:db8::8000", 113}, "2001:db8::ffff"));
    CHECK_FALSE(inside({"2001:db8::8000", 113}, "2001:db8::7fff"));
    CHECK(inside({"::", 0}, "2001:db8::1"));
    CHECK_FALSE(inside({"::1", 128}, "::2"));
}

TEST_CASE("IPv4 and IPv6 are apart but for mapped addresses", "[address_block]")
{
    CHECK(inside({"10.0.0.0", 8}, "::ffff:10.1.2.3"));
    CHECK(inside({"::ffff:10.0.0.0", 104}, "10.1.2.3"));
    CHECK_FALSE(inside({"::", 0}, "10.1.2.3"));
    CHECK_FALSE(inside({"0.0.0.0", 0}, "2001:db8::1"));
}

TEST_CASE("a network without an address is refused", "[address_block]")
{
    CHECK_THROWS(address_block(network{"ten", 8}));
}
