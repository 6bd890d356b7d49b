#include "bastion/identity/address_patterns.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;

namespace {

bool admits(std::string_view list, std::string_view client)
{
    return address_patterns::parse(list)->admit(boost::asio::ip::make_address(client));
}

std::string error_of(std::string_view list)
{
    const auto read = address_patterns::parse(list);
    return read ? "" : read.error();
}

}  // namespace

TEST_CASE("clients are matched by network, address and wildcard", "[bastion][identity][address_patterns]")
{
    CHECK(admits("192.0.2.0/24", "192.0.2.9"));
    CHECK_FALSE(admits("192.0.2.0/24", "192.0.3.9"));
    CHECK(admits("192.0.2.9", "192.0.2.9"));
    CHECK_FALSE(admits("192.0.2.9", "192.0.2.90"));
    CHECK(admits("2001:db8::/32", "2001:db8:1::1"));
    CHECK_FALSE(admits("2001:db8::/32", "2001:db9::1"));
    CHECK(admits("2001:DB8::1", "2001:db8::1"));
    CHECK(admits("192.0.2.*", "192.0.2.9"));
    CHECK_FALSE(admits("192.0.2.?", "192.0.2.90"));
    CHECK(admits("2001:DB8:*", "2001:db8::7"));
    CHECK(admits("*", "::1"));
    CHECK(admits("*.2.9", "192.0.2.9"));
    CHECK(admits("1*2*9", "192.0.2.9"));
    CHECK_FALSE(admits("1*3*9", "192.0.2.9"));
    CHECK(admits("0.0.0.0/0", "192.0.2.9"));
    CHECK_FALSE(admits("0.0.0.0/0", "::1"));
    CHECK_FALSE(admits("::/0", "192.0.2.9"));
    CHECK(admits("10.0.0.0/8,192.0.2.9", "192.0.2.9"));
}

TEST_CASE("a negated pattern keeps out, wherever it stands", "[bastion][identity][address_patterns]")
{
    CHECK_FALSE(admits("!192.0.2.9,192.0.2.0/24", "192.0.2.9"));
    CHECK_FALSE(admits("192.0.2.0/24,!192.0.2.9", "192.0.2.9"));
    CHECK_FALSE(admits("*,!192.0.2.*", "192.0.2.9"));
    CHECK_FALSE(admits("*,!2001:db8:*", "2001:db8::1"));
    CHECK(admits("192.0.2.0/24,!192.0.2.9", "192.0.2.8"));
    CHECK_FALSE(admits("!192.0.2.9", "192.0.2.8"));  // nothing lets it in
}

TEST_CASE("an IPv4 client is one on an IPv6 socket, too", "[bastion][identity][address_patterns]")
{
    CHECK(admits("192.0.2.0/24", "::ffff:192.0.2.9"));
    CHECK(admits("192.0.2.*", "::ffff:192.0.2.9"));
    CHECK_FALSE(admits("*,!192.0.2.9", "::ffff:192.0.2.9"));
    CHECK(admits("fe80::/10", "fe80::1%7"));
}

TEST_CASE("a host name lets nobody in, and may keep nobody out", "[bastion][identity][address_patterns]")
{
    CHECK_FALSE(admits("*.example.com", "192.0.2.9"));
    CHECK(admits("*.example.com,192.0.2.9", "192.0.2.9"));
    CHECK(error_of("*,!*.example.com") ==
          "'*.example.com' is a host name, which is not looked up: it would keep nobody out");
    CHECK(error_of("*,!face") == "'face' is a host name, which is not looked up: it would keep nobody out");
}

TEST_CASE("patterns that sshd cannot read are refused", "[bastion][identity][address_patterns]")
{
    CHECK(error_of("") == "an empty pattern");
    CHECK(error_of("192.0.2.1,") == "an empty pattern");
    CHECK(error_of("192.0.2.1,!") == "an empty pattern");
    CHECK(error_of("192.0.2.1/24") == "'192.0.2.1/24' is no network");
    CHECK(error_of("192.0.2.0/33") == "'192.0.2.0/33' is no network");
    CHECK(error_of("192.0.2.0/") == "'192.0.2.0/' is no network");
    CHECK(error_of("!192.0.2.*/24") == "'192.0.2.*/24' is no network");
    std::string many = "192.0.2.1";
    for (int i = 0; i < 1000; ++i) many += ",192.0.2.1";
    CHECK(error_of(many) == "too many patterns");
}
