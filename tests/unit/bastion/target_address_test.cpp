#include "bastion/policy/target_address.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::bastion;

namespace {

bool forbidden(const char* address, loopback_targets loopback = loopback_targets::refused)
{
    return is_forbidden(boost::asio::ip::make_address(address), loopback);
}

std::string read(std::string_view text)
{
    const auto address = read_address(text);
    return address ? address->to_string() : "none";
}

}  // namespace

TEST_CASE("a jump to where the bastion or the platform would answer is forbidden", "[target_address]")
{
    const auto* address =
        GENERATE("127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "169.254.170.2",
                 "169.254.0.1", "fe80::1", "febf::1", "fd00:ec2::254", "fd00:ec2::253", "fd00:ec2:1::1", "224.0.0.1",
                 "239.255.255.255", "ff02::1", "255.255.255.255");
    CAPTURE(address);
    CHECK(forbidden(address));
}

TEST_CASE("an IPv6 form of a forbidden IPv4 address is forbidden", "[target_address]")
{
    const auto* address = GENERATE("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:0.0.0.0",
                                   "::ffff:224.0.0.1", "::169.254.169.254", "::127.0.0.1", "::0.0.0.2",
                                   "64:ff9b::169.254.169.254", "64:ff9b::7f00:1", "2002:a9fe:a9fe::1", "2002:7f00:1::");
    CAPTURE(address);
    CHECK(forbidden(address));
}

TEST_CASE("private and public addresses are not forbidden", "[target_address]")
{
    const auto* address =
        GENERATE("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.253.255.255", "169.255.0.0", "126.255.255.255",
                 "128.0.0.1", "1.0.0.0", "223.255.255.255", "240.0.0.1", "203.0.113.9", "fd00:ec3::254",
                 "fd00:ec1::254", "fec0::1", "fe00::1", "2001:db8::1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1",
                 "64:ff9b:1::169.254.169.254", "2002:a00:1::1", "2003:a9fe:a9fe::1");
    CAPTURE(address);
    CHECK_FALSE(forbidden(address));
}

TEST_CASE("loopback targets can be allowed, and nothing else with them", "[target_address]")
{
    constexpr auto allowed = loopback_targets::allowed;
    CHECK_FALSE(forbidden("127.0.0.1", allowed));
    CHECK_FALSE(forbidden("127.8.8.8", allowed));
    CHECK_FALSE(forbidden("::1", allowed));
    CHECK_FALSE(forbidden("::ffff:127.0.0.1", allowed));
    CHECK(forbidden("0.0.0.0", allowed));
    CHECK(forbidden("::", allowed));
    CHECK(forbidden("169.254.169.254", allowed));
    CHECK(forbidden("::ffff:169.254.169.254", allowed));
    CHECK(forbidden("fd00:ec2::254", allowed));
    CHECK(forbidden("fe80::1", allowed));
    CHECK(forbidden("ff02::1", allowed));
}

TEST_CASE("an address is read in any form of the text", "[target_address]")
{
    CHECK(read("10.0.0.5") == "10.0.0.5");
    CHECK(read("::ffff:10.0.0.5") == "10.0.0.5");
    CHECK(read("::FFFF:0a00:0005") == "10.0.0.5");
    CHECK(read("2001:DB8:0:0::0001") == "2001:db8::1");
    CHECK(read("[2001:db8::1]") == "2001:db8::1");
}

TEST_CASE("what is no address is not taken for one", "[target_address]")
{
    using namespace std::string_view_literals;
    const auto text = GENERATE(""sv, "10.0.0"sv, "10.0.0.256"sv, "167772165"sv, "0x0a000005"sv, "010.0.0.5"sv,
                               "10.0.0.5\0.evil"sv, "10.0.0.5 "sv, " 10.0.0.5"sv, "fe80::1%lo"sv, "[]"sv, "[10.0.0.5"sv,
                               "2001:db8::1]"sv, "[[::1]]"sv, "10.0.0.5/32"sv);
    CAPTURE(text);
    CHECK(read(text) == "none");
}
