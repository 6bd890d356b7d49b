#include "tests/unit/conf/problems.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gatehouse::conf;
using namespace gatehouse::conf::test;
using namespace std::chrono_literals;

namespace {

aws read(const std::string& written)
{
    const auto read = parse("aws: { " + written + " }\n", "f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    return read.value->aws;
}

}  // namespace

TEST_CASE("without an aws section nothing is told to AWS", "[conf][aws]")
{
    const auto read = parse("groups: {}\n", "f.yaml", file_access::skipped);
    REQUIRE(read.problems.empty());
    CHECK(read.value->aws == aws{});
    CHECK(read.value->aws.poll_interval == 5s);
    CHECK_FALSE(read.value->aws.set_instance_health.enabled);
}

TEST_CASE("one endpoint serves every service that has none of its own", "[conf][aws]")
{
    const auto all = read("endpoint_url: http://127.0.0.1:5000, endpoints: { ec2: \"https://ec2.example:444\" }").endpoints;
    CHECK(all.autoscaling == "http://127.0.0.1:5000");
    CHECK(all.monitoring == "http://127.0.0.1:5000");
    CHECK(all.sts == "http://127.0.0.1:5000");
    CHECK(all.ec2 == "https://ec2.example:444");
}

TEST_CASE("set_instance_health is a switch or a mapping", "[conf][aws]")
{
    CHECK(read("set_instance_health: true").set_instance_health.enabled);
    CHECK_FALSE(read("set_instance_health: false").set_instance_health.enabled);
    const auto told = read("set_instance_health: { max_share: 10%, interval: 30s, dry_run: true }").set_instance_health;
    CHECK(told == set_instance_health{.enabled = true, .max_share = 10, .interval = 30s, .dry_run = true});
    CHECK_FALSE(read("set_instance_health: { enabled: false }").set_instance_health.enabled);
}

TEST_CASE("an aws section out of its rules is refused at the value", "[conf][aws]")
{
    check_rejections("aws: { @ }\n", 1, "aws", {
        {"region: EU West", 16, ".region: expected a region such as eu-west-2, found 'EU West'"},
        {"endpoint_url: 127.0.0.1", 22,
         ".endpoint_url: expected http:// or https:// with a host and no path, such as "
         "https://ec2.eu-west-2.amazonaws.com, found '127.0.0.1'"},
        {"imds_endpoint: \"http://h/latest\"", 23,
         ".imds_endpoint: expected http:// or https:// with a host and no path, such as "
         "https://ec2.eu-west-2.amazonaws.com, found 'http://h/latest'"},
        {"poll_interval: 50ms", 23, ".poll_interval: must be 100ms .. 5m, found '50ms'"},
        {"set_instance_health: { max_share: 0% }", 42,
         ".set_instance_health.max_share: expected 1% .. 100%, found '0%'; enabled: false turns it off"},
        {"set_instance_health: { max_share: 101% }", 42,
         ".set_instance_health.max_share: expected 0% .. 100%, found '101%'"},
        {"lifecycle_hook: \"a b\"", 24,
         ".lifecycle_hook: expected the name of a lifecycle hook: 1-255 letters, digits, '-', '_' and '/', found 'a b'"},
        {"metrics_namespace: AWS/EC2", 27,
         ".metrics_namespace: expected 1-255 letters, digits, '.', '-', '_', '/', '#' and ':', not beginning with ':' or "
         "AWS/, found 'AWS/EC2'"},
    });
}
