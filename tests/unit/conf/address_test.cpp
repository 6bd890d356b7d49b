#include "conf/address.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::conf;

TEST_CASE("an address is an IP literal and comes back in one form", "[conf][address]")
{
    CHECK(parse_address("10.0.0.1") == "10.0.0.1");
    CHECK(parse_address("2001:DB8:0::1") == "2001:db8::1");
    for (const auto* text :
         {"", "localhost", "10.0.0", "10.0.0.256", "010.0.0.1", "[::1]", "fe80::1%eth0", "::1 "})
        CHECK_FALSE(parse_address(text).has_value());
    CHECK_FALSE(parse_address(std::string_view("10.0.0.1\0x", 10)).has_value());
}

TEST_CASE("an IPv6 address wears brackets before a port, an IPv4 address does not", "[conf][address]")
{
    CHECK(parse_bind_address("0.0.0.0:443") == bind_address{"0.0.0.0", 443});
    CHECK(parse_bind_address("[::]:0") == bind_address{"::", 0});
    for (const auto* text :
         {"", ":", "443", "0.0.0.0", "0.0.0.0:", ":443", "::1:443", "[127.0.0.1]:1", "[]:1", "[::1]",
          "[::1:1", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:0443", "localhost:1"})
        CHECK_FALSE(parse_bind_address(text).has_value());
    CHECK(to_string(bind_address{"::1", 80}) == "[::1]:80");
    CHECK(to_string(bind_address{"127.0.0.1", 80}) == "127.0.0.1:80");
}

TEST_CASE("the host bits of a network are cleared", "[conf][address]")
{
    CHECK(parse_network("10.1.2.3/8") == network{"10.0.0.0", 8});
    CHECK(parse_network("10.1.2.255/25") == network{"10.1.2.128", 25});
    CHECK(parse_network("10.1.2.3") == network{"10.1.2.3", 32});
    CHECK(parse_network("0.0.0.0/0") == network{"0.0.0.0", 0});
    CHECK(parse_network("2001:db8:ffff::1/33") == network{"2001:db8:8000::", 33});
    CHECK(parse_network("::1") == network{"::1", 128});
    for (const auto* text :
         {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "::/129", "10/8"})
        CHECK_FALSE(parse_network(text).has_value());
}

TEST_CASE("an IPv4 address inside an IPv6 one counts for what it is", "[conf][address]")
{
    CHECK(is_loopback("127.9.9.9"));
    CHECK(is_loopback("::1"));
    CHECK(is_loopback("::ffff:127.0.0.1"));
    CHECK_FALSE(is_loopback("::ffff:10.0.0.1"));
    CHECK_FALSE(is_loopback("0.0.0.0"));
    CHECK(is_unspecified("0.0.0.0"));
    CHECK(is_unspecified("::"));
    CHECK(is_unspecified("::ffff:0.0.0.0"));
    CHECK_FALSE(is_unspecified("0.0.0.1"));
    CHECK(is_multicast("239.1.1.1"));
    CHECK(is_multicast("ff02::1"));
    CHECK_FALSE(is_multicast("240.0.0.1"));
}
