#include "discovery/aws/own_fleet.hpp"

#include "tests/unit/discovery/aws/await.hpp"
#include "tests/unit/discovery/aws/loopback_server.hpp"
#include "tests/unit/discovery/aws/scripted_aws.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;
using namespace gatehouse::discovery::aws::stage;

namespace {

// A node i-1 with its metadata, in an Auto Scaling Group as a test has it.
struct node {
    node()
    {
        at.answer = [this](const scripted_aws::call& call) -> result<std::string> {
            if (call.action == "DescribeInstances")
                return "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>"
                       "<instanceState><name>running</name></instanceState>" +
                       tags + "</item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
            return groups_xml(group_xml("doors", group));
        };
    }
    result<bool> alone() { return await(loop, is_only_node(at.ask(), metadata)); }

    std::string id = "i-1";
    std::string tags = "<tagSet><item><key>aws:autoscaling:groupName</key><value>doors</value></item></tagSet>";
    std::vector<std::string> group{"i-1"};
    scripted_aws at;
    boost::asio::io_context loop;
    loopback_server server{loop, [this](const seen_request& asked) {
                               if (asked.method == "PUT") return reply{200, "token"};
                               return id.empty() ? reply{404, ""} : reply{200, id};
                           }};
    imds metadata{loop.get_executor(), server.origin()};
};

}  // namespace

TEST_CASE("a node is alone when its group holds nobody else", "[aws][fleet]")
{
    node of;
    CHECK(*of.alone());
    CHECK(of.at.calls[0].has("Filter.1.Name=instance-id&Filter.1.Value.1=i-1"));
    CHECK(of.at.calls[1].has("AutoScalingGroupNames.member.1=doors"));
    of.group = {"i-1", "i-2"};
    CHECK_FALSE(*of.alone());
    of.group = {"i-2"};
    CHECK_FALSE(*of.alone());
}

TEST_CASE("a node of no group may have others beside it", "[aws][fleet]")
{
    node of;
    of.tags.clear();
    CHECK_FALSE(*of.alone());
    CHECK(of.at.calls.size() == 1);
}

TEST_CASE("a node that cannot find out is told why", "[aws][fleet]")
{
    node of;
    of.id.clear();
    CHECK(of.alone().error().kind == error_kind::not_found);
    of.id = "i-1";
    of.at.answer = [](const scripted_aws::call&) -> result<std::string> {
        return api_error(error_kind::permission, 403, "UnauthorizedOperation", "no");
    };
    CHECK(of.alone().error().kind == error_kind::permission);
}
