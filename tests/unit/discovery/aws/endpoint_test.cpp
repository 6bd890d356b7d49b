#include "discovery/aws/endpoint.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>

using namespace gatehouse::discovery::aws;

namespace {

std::string host(const char* service, const char* region, bool fips = false, bool dual_stack = false)
{
    endpoint_settings settings;
    settings.fips = fips;
    settings.dual_stack = dual_stack;
    const auto found = endpoint(service, region, settings);
    CHECK(found.scheme == url::protocol::https);
    CHECK(found.port == 443);
    CHECK(found.path == "/");
    return found.host;
}

}  // namespace

TEST_CASE("a service is asked under its name in its region", "[aws][endpoint]")
{
    for (const std::string service : {"autoscaling", "ec2", "monitoring", "sts"}) {
        CAPTURE(service);
        const auto* const name = service.c_str();
        CHECK(host(name, "eu-west-2") == service + ".eu-west-2.amazonaws.com");
        CHECK(host(name, "cn-north-1") == service + ".cn-north-1.amazonaws.com.cn");
        CHECK(host(name, "us-gov-west-1") == service + ".us-gov-west-1.amazonaws.com");
    }
}

TEST_CASE("a service has variants with FIPS and with IPv6", "[aws][endpoint]")
{
    CHECK(host("ec2", "us-east-1", true) == "ec2-fips.us-east-1.amazonaws.com");
    CHECK(host("ec2", "us-east-1", false, true) == "ec2.us-east-1.api.aws");
    CHECK(host("ec2", "us-east-1", true, true) == "ec2-fips.us-east-1.api.aws");
    CHECK(host("sts", "cn-north-1", true) == "sts-fips.cn-north-1.amazonaws.com.cn");
    CHECK(host("sts", "cn-north-1", false, true) == "sts.cn-north-1.api.amazonwebservices.com.cn");
    CHECK(host("sts", "cn-north-1", true, true) == "sts-fips.cn-north-1.api.amazonwebservices.com.cn");
}

TEST_CASE("the ordinary endpoints of GovCloud are its FIPS ones", "[aws][endpoint]")
{
    CHECK(host("autoscaling", "us-gov-west-1", true) == "autoscaling.us-gov-west-1.amazonaws.com");
    CHECK(host("monitoring", "us-gov-east-1", true) == "monitoring.us-gov-east-1.amazonaws.com");
    CHECK(host("autoscaling", "us-gov-west-1", true, true) == "autoscaling-fips.us-gov-west-1.api.aws");
    CHECK(host("monitoring", "us-gov-west-1", true, true) == "monitoring.us-gov-west-1.api.aws");
    CHECK(host("ec2", "us-gov-west-1", false, true) == "ec2.us-gov-west-1.api.aws");
}

TEST_CASE("a configured URL wins over everything, for its service alone", "[aws][endpoint]")
{
    endpoint_settings settings;
    settings.urls.ec2 = "http://127.0.0.1:5000";
    settings.fips = settings.dual_stack = true;
    CHECK(endpoint("ec2", "us-east-1", settings) == url{url::protocol::http, "127.0.0.1", 5000, "/", ""});
    CHECK(endpoint("sts", "us-east-1", settings).host == "sts-fips.us-east-1.api.aws");
    settings.urls.ec2 = "127.0.0.1:5000";
    CHECK_THROWS_AS(endpoint("ec2", "us-east-1", settings), std::logic_error);
}
