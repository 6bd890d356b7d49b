#include "discovery/aws/form.hpp"

#include "discovery/aws/percent.hpp"
#include "tests/unit/http/shared_data.hpp"

#include <catch2/catch.hpp>

#include <iostream>

using namespace gatehouse::discovery::aws;

TEST_CASE("a form is written in the order it was filled", "[discovery][aws][form]")
{
    form call("DescribeAutoScalingGroups", "2011-01-01");
    call.add("MaxRecords", "100").add("Filters.member.1.Name", "tag:Role");
    CHECK(call.text() == "Action=DescribeAutoScalingGroups&Version=2011-01-01&MaxRecords=100&"
                         "Filters.member.1.Name=tag%3ARole");
}

TEST_CASE("lists are numbered from one", "[discovery][aws][form]")
{
    form call("DescribeInstances", "2016-11-15");
    call.add_list("InstanceId", {"i-1", "i-2"}).add_list("Filter", {});
    CHECK(call.text() == "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1&InstanceId.2=i-2");
}

TEST_CASE("what is not unreserved is encoded, byte by byte", "[discovery][aws][form]")
{
    form call("A", "1");
    call.add("NextToken", "name with spaces/and-slash+&=%\xc3\xa9~");
    CHECK(call.text() == "Action=A&Version=1&NextToken=name%20with%20spaces%2Fand-slash%2B%26%3D%25%C3%A9~");
    CHECK(percent_encoded("a/b c", "/") == "a/b%20c");
    std::string every;
    for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
    CHECK(percent_encoded(every).size() == 66 + 3 * (256 - 66));
    CHECK(percent_decoded(percent_encoded(every)) == every);
}

TEST_CASE("only a whole escape is decoded", "[discovery][aws][form]")
{
    CHECK(percent_decoded("%41%4a%4A+") == "AJJ+");
    CHECK(percent_decoded("%") == "%");
    CHECK(percent_decoded("%4") == "%4");
    CHECK(percent_decoded("%4g%g4%%41") == "%4g%g4%A");
}

TEST_CASE("recorded request bodies decode and encode to themselves", "[discovery][aws][form][shared]")
{
    std::size_t cases = 0;
    for (const auto& each : shared_lines("aws-xml/moto-recorded/index.jsonl")) {
        const auto body = text_of(each, "request_body");
        CHECK(percent_encoded(percent_decoded(body), "=&") == body);
        ++cases;
    }
    std::cout << "moto-recorded request bodies: " << cases << " cases\n";
}
