#include "discovery/aws/region.hpp"

#include "tests/unit/discovery/aws/await.hpp"
#include "tests/unit/discovery/aws/loopback_server.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;

namespace {

struct node {
    result<std::string> find(const std::string& configured = "")
    {
        const environment variables = [this](const char* name) {
            return set.contains(name) ? set.at(name) : std::string();
        };
        return stage::await(loop, find_region(configured, variables, metadata));
    }

    std::map<std::string, std::string> set;
    stage::reply region{200, "ca-central-1"};
    boost::asio::io_context loop;
    stage::loopback_server server{loop, [this](const auto& asked) {
                                      return asked.method == "PUT" ? stage::reply{200, "token"} : region;
                                  }};
    imds metadata{loop.get_executor(), server.origin()};
};

}  // namespace

TEST_CASE("the region is configured, in the environment, or where the instance is", "[aws][region]")
{
    node at;
    CHECK(*at.find() == "ca-central-1");
    CHECK(at.server.requests().back().target == "/latest/meta-data/placement/region");
    at.set["AWS_DEFAULT_REGION"] = "eu-west-1";
    CHECK(*at.find() == "eu-west-1");
    at.set["AWS_REGION"] = "eu-west-2";
    CHECK(*at.find() == "eu-west-2");
    CHECK(*at.find("eu-west-3") == "eu-west-3");
    CHECK(at.server.requests().size() == 2);
}

TEST_CASE("what is no region names no host", "[aws][region]")
{
    node at;
    CHECK(at.find("evil.example/").error().message == "aws.region: 'evil.example/' is no region");
    at.region = {200, "a.b"};
    CHECK(at.find().error().kind == error_kind::invalid_request);
    at.region = {404};
    CHECK(at.find().error().kind == error_kind::not_found);
    at.set["AWS_REGION"] = "EU-WEST-2";
    CHECK(at.find().error().message.starts_with("AWS_REGION: "));
}
