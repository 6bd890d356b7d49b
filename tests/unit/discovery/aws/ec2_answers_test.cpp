#include "discovery/aws/ec2_answers.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::discovery::aws;

namespace {

std::string instances(const std::string& items)
{
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse "
           "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>8f7724cf</"
           "requestId><reservationSet>"
           "<item><reservationId>r-1</reservationId><instancesSet>" +
           items + "</instancesSet></item></reservationSet></DescribeInstancesResponse>";
}

ec2_instance read_one(const std::string& inside)
{
    const auto read =
        describe_instances(instances("<item><instanceId>i-1</instanceId><instanceState><code>16</code>"
                                     "<name>running</name></instanceState>" +
                                     inside + "</item>"));
    REQUIRE(read.has_value());
    REQUIRE(read->items.size() == 1);
    return read->items[0];
}

std::string interface(const char* device, const std::string& inside)
{
    return "<item><attachment><deviceIndex>" + std::string(device) + "</deviceIndex></attachment>" + inside +
           "</item>";
}

}  // namespace

TEST_CASE("an instance is read", "[discovery][aws][ec2]")
{
    const auto one = read_one(
        "<privateIpAddress>10.0.1.5</privateIpAddress><ipAddress>54.1.2.3</ipAddress>"
        "<launchTime>2026-11-20T08:55:42.000Z</launchTime><placement><groupName/><tenancy>default</tenancy>"
        "<availabilityZone>eu-west-1a</availabilityZone></placement><instanceLifecycle>spot</"
        "instanceLifecycle>"
        "<tagSet><item><key>name</key><value>wrong</value></item><item><key>Name</key><value>web &amp; "
        "\xc3\xa9"
        "</value></item></tagSet>");
    CHECK(one.id == "i-1");
    CHECK(one.state == "running");
    CHECK(one.private_ipv4 == "10.0.1.5");
    CHECK(one.ipv6.empty());
    CHECK(one.zone == "eu-west-1a");
    CHECK(one.name == "web & \xc3\xa9");
    CHECK(one.launch_time == "2026-11-20T08:55:42.000Z");
    CHECK(one.spot);
}

TEST_CASE("an interface's address is not the instance's", "[discovery][aws][ec2]")
{
    const auto interfaces =
        "<networkInterfaceSet>" +
        interface("1", "<privateIpAddress>10.9.9.9</privateIpAddress><privateIpAddressesSet>"
                       "<item><privateIpAddress>10.9.9.9</privateIpAddress></item>"
                       "</privateIpAddressesSet>") +
        "</networkInterfaceSet>";
    CHECK(read_one(interfaces + "<privateIpAddress>10.0.1.5</privateIpAddress>").private_ipv4 == "10.0.1.5");
    const auto bare = read_one(interfaces);
    CHECK(bare.private_ipv4.empty());
    CHECK_FALSE(bare.spot);
    CHECK(bare.name.empty());
}

TEST_CASE("the IPv6 address is the primary interface's", "[discovery][aws][ec2]")
{
    const auto set = [](const std::string& items) {
        return "<ipv6AddressesSet>" + items + "</ipv6AddressesSet>";
    };
    const auto second = interface("1", set("<item><ipv6Address>fd00::9</ipv6Address></item>"));
    const auto first =
        interface("0", set("<item><ipv6Address>fd00::1</ipv6Address></item><item><ipv6Address>fd00::2"
                           "</ipv6Address><isPrimaryIpv6>false</isPrimaryIpv6></item>"));
    const auto marked =
        interface("0", set("<item><ipv6Address>fd00::1</ipv6Address></item><item><ipv6Address>fd00::2"
                           "</ipv6Address><isPrimaryIpv6>true</isPrimaryIpv6></item>"));
    const auto all = [](const std::string& items) {
        return "<networkInterfaceSet>" + items + "</networkInterfaceSet>";
    };
    CHECK(read_one(all(second + first)).ipv6 == "fd00::1");
    CHECK(read_one(all(second + marked)).ipv6 == "fd00::2");
    CHECK(read_one(all(second)).ipv6.empty());
    CHECK(read_one(all(interface("0", "<ipv6AddressesSet/>"))).ipv6.empty());
    CHECK(read_one(all(first) + "<ipv6Address>fd00::1</ipv6Address>").ipv6 == "fd00::1");
    CHECK(read_one("<ipv6Address>fd00::7</ipv6Address>").ipv6 == "fd00::7");
}

TEST_CASE("reservations are laid end to end", "[discovery][aws][ec2]")
{
    const std::string one = "<item><instancesSet><item><instanceId>i-",
                      rest = "</instanceId><instanceState><name>terminated</name></instanceState></item></"
                             "instancesSet></item>";
    const auto read = describe_instances(
        "<DescribeInstancesResponse><reservationSet>" + one + "1" + rest + "<item><instancesSet/></item>" +
        one + "2" + rest + "</reservationSet><nextToken>abc+/=</nextToken></DescribeInstancesResponse>");
    REQUIRE(read.has_value());
    REQUIRE(read->items.size() == 2);
    CHECK(read->items[0].id == "i-1");
    CHECK(read->items[1].id == "i-2");
    CHECK(read->next_token == "abc+/=");
}

TEST_CASE("no instance is an empty list, and an empty token the last page", "[discovery][aws][ec2]")
{
    const auto read = describe_instances(
        "<DescribeInstancesResponse><reservationSet/><nextToken/></DescribeInstancesResponse>");
    REQUIRE(read.has_value());
    CHECK(read->items.empty());
    CHECK(read->next_token.empty());
}

TEST_CASE("an instance without an id or a state spoils the answer", "[discovery][aws][ec2]")
{
    for (const auto& body :
         {std::string("<DescribeInstancesResponse><requestId>1</requestId></DescribeInstancesResponse>"),
          instances("<item/>"), instances("<item><instanceId>i-1</instanceId></item>"),
          instances("<item><instanceState><name>running</name></instanceState></item>"),
          std::string("<Response><Errors><Error><Code>Unavailable</Code></Error></Errors></Response>"),
          std::string("<html>busy</html>"), std::string()}) {
        const auto read = describe_instances(body);
        CAPTURE(body);
        REQUIRE(read.has_error());
        CHECK(read.error().kind == error_kind::invalid_answer);
        CHECK_FALSE(read.error().message.empty());
    }
}
