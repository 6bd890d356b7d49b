#include "bastion/limits/source_key.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;

namespace {

source_key key(const char* address)
{
    return source_key(boost::asio::ip::make_address(address));
}

}  // namespace

TEST_CASE("each IPv4 address is a source, mapped or not", "[source_key]")
{
    CHECK(key("203.0.113.9") == key("::ffff:203.0.113.9"));
    CHECK(key("203.0.113.9") != key("203.0.113.8"));
    CHECK(key("0.0.0.0") != key("::"));
    CHECK(to_string(key("::ffff:203.0.113.9")) == "203.0.113.9");
    CHECK(to_string(key("0.0.0.0")) == "0.0.0.0");
}

TEST_CASE("each IPv6 /64 is a source", "[source_key]")
{
    CHECK(key("2001:db8:0:1::1") == key("2001:db8:0:1:ffff:ffff:ffff:ffff"));
    CHECK(key("2001:db8:0:1::1") != key("2001:db8:0:2::1"));
    CHECK(key("2001:db8:0:1::1%1") == key("2001:db8:0:1::1"));
    CHECK(key("::1") != key("0.0.0.1"));
    CHECK(to_string(key("2001:db8:0:1::ffff")) == "2001:db8:0:1::/64");
    CHECK(to_string(key("::1")) == "::/64");
}
