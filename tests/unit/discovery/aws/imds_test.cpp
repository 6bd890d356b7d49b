#include "discovery/aws/imds.hpp"

#include "tests/unit/discovery/aws/await.hpp"
#include "tests/unit/discovery/aws/loopback_server.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;
using namespace std::chrono_literals;
using after = stage::reply::after;

namespace {

constexpr const char* below = "/latest/meta-data/";

// The metadata of an instance, as it stands in `values`. Each PUT makes a new token, and only that one is
// taken.
struct instance {
    explicit instance(std::chrono::milliseconds patience = 10s) { limits.total = patience; }

    imds& metadata()
    {
        if (!client)
            client.emplace(
                loop.get_executor(), server.origin(), [this] { return now; }, limits);
        return *client;
    }
    stage::reply answer(const stage::seen_request& asked)
    {
        if (asked.method == "PUT") return give_token(asked);
        if (asked.field("x-aws-ec2-metadata-token") != token || refuses)
            return {401, "<html>401 - Unauthorized</html>"};
        const auto found = values.find(asked.target);
        return found == values.end() ? stage::reply{404, "<html>404 - Not Found</html>"}
                                     : stage::reply{200, found->second};
    }
    stage::reply give_token(const stage::seen_request& asked)
    {
        if (asked.target != "/latest/api/token" ||
            asked.field("x-aws-ec2-metadata-token-ttl-seconds") != "21600")
            return {400};
        if (put_status != 200) return {put_status};
        token = "token-" + std::to_string(++tokens);
        return {200, token, silent ? after::silence : after::keep};
    }

    std::map<std::string, std::string> values;
    std::string token;
    int tokens = 0;
    unsigned put_status = 200;
    bool refuses = false, silent = false;

    boost::asio::io_context loop;
    stage::loopback_server server{loop, [this](const auto& asked) { return answer(asked); }};
    imds::clock::time_point now{};
    http_limits limits = imds::brief();
    std::optional<imds> client;
};

}  // namespace

TEST_CASE("an instance knows its zone, its region and itself, by one token", "[aws][imds]")
{
    instance of;
    of.values[std::string(below) + "placement/availability-zone"] = "eu-west-2a\n";
    of.values[std::string(below) + "placement/region"] = "eu-west-2";
    of.values[std::string(below) + "instance-id"] = "i-0123456789abcdef0";
    CHECK(*stage::await(of.loop, of.metadata().zone()) == "eu-west-2a");
    CHECK(*stage::await(of.loop, of.metadata().region()) == "eu-west-2");
    CHECK(*stage::await(of.loop, of.metadata().instance_id()) == "i-0123456789abcdef0");
    CHECK(of.tokens == 1);
    CHECK(of.server.connections() == 1);
}

TEST_CASE("what an instance must have is an error without", "[aws][imds]")
{
    instance of;
    CHECK(stage::await(of.loop, of.metadata().zone()).error().kind == error_kind::not_found);
    of.values[std::string(below) + "placement/region"] = "two words";
    CHECK(stage::await(of.loop, of.metadata().region()).error().kind == error_kind::invalid_answer);
}

TEST_CASE("a token is replaced near its end", "[aws][imds]")
{
    instance of;
    CHECK(stage::await(of.loop, of.metadata().look_up("spot/instance-action")).has_value());
    of.now += 6h - 5min - 1s;
    CHECK(stage::await(of.loop, of.metadata().look_up("spot/instance-action")).has_value());
    CHECK(of.tokens == 1);
    of.now += 1s;
    CHECK(stage::await(of.loop, of.metadata().look_up("spot/instance-action")).has_value());
    CHECK(of.tokens == 2);
}

TEST_CASE("a token that is refused is replaced once", "[aws][imds]")
{
    instance of;
    of.values[std::string(below) + "instance-id"] = "i-1";
    CHECK(stage::await(of.loop, of.metadata().instance_id()).has_value());
    SECTION("and the new one is good")
    {
        of.token = "another";
        CHECK(*stage::await(of.loop, of.metadata().instance_id()) == "i-1");
        CHECK(of.tokens == 2);
    }
    SECTION("and the new one is no better")
    {
        of.refuses = true;
        CHECK(stage::await(of.loop, of.metadata().instance_id()).error().kind == error_kind::authentication);
        CHECK(of.tokens == 2);
    }
}

TEST_CASE("what has not been announced is nothing", "[aws][imds]")
{
    instance of;
    CHECK_FALSE(stage::await(of.loop, of.metadata().look_up("spot/instance-action"))->has_value());
    CHECK_FALSE(stage::await(of.loop, of.metadata().look_up("autoscaling/target-lifecycle-state"))->has_value());
    of.values[std::string(below) + "spot/instance-action"] = R"({"action": "terminate"})";
    of.values[std::string(below) + "autoscaling/target-lifecycle-state"] = "Terminated";
    CHECK(**stage::await(of.loop, of.metadata().look_up("spot/instance-action")) == R"({"action": "terminate"})");
    CHECK(**stage::await(of.loop, of.metadata().look_up("autoscaling/target-lifecycle-state")) == "Terminated");
}

TEST_CASE("the role of an instance has keys", "[aws][imds]")
{
    instance of;
    const std::string roles = std::string(below) + "iam/security-credentials/";
    SECTION("unless there is no role")
    {
        CHECK_FALSE(stage::await(of.loop, of.metadata().role())->has_value());
        CHECK_FALSE(stage::await(of.loop, of.metadata().role_credentials())->has_value());
    }
    SECTION("under its name")
    {
        of.values[roles] = "door-role";
        of.values[roles + "door-role"] =
            R"({"Code": "Success", "AccessKeyId": "ASIA1", "SecretAccessKey": "s",
            "Token": "t", "Expiration": "2024-01-02T03:04:05Z"})";
        CHECK(**stage::await(of.loop, of.metadata().role()) == "door-role");
        const auto keys = stage::await(of.loop, of.metadata().role_credentials());
        REQUIRE(keys.has_value());
        REQUIRE(keys->has_value());
        CHECK((*keys)->access_key == "ASIA1");
        CHECK((*keys)->session_token == "t");
        CHECK((*keys)->source == "instance role door-role");
        CHECK((*keys)->expires.has_value());
    }
    SECTION("unless it cannot be assumed")
    {
        of.values[roles] = "door-role";
        of.values[roles + "door-role"] = R"({"Code": "AssumeRoleUnauthorizedAccess", "Message": "no trust"})";
        CHECK(stage::await(of.loop, of.metadata().role_credentials()).error().kind == error_kind::permission);
    }
    SECTION("unless its name is none")
    {
        of.values[roles] = "a role";
        CHECK(stage::await(of.loop, of.metadata().role_credentials()).error().kind ==
              error_kind::invalid_answer);
    }
}

TEST_CASE("metadata that is switched off is an error", "[aws][imds]")
{
    instance of;
    of.put_status = 403;
    CHECK(stage::await(of.loop, of.metadata().zone()).error().kind == error_kind::permission);
    CHECK(of.server.requests().size() == 1);
}

TEST_CASE("a token that does not come back tells of the hop limit", "[aws][imds]")
{
    instance of(50ms);
    of.silent = true;
    const auto failed = stage::await(of.loop, of.metadata().zone());
    REQUIRE(failed.has_error());
    CHECK(failed.error().kind == error_kind::transient);
    CHECK(failed.error().message.starts_with("instance metadata at 127.0.0.1:"));
    CHECK(failed.error().message.find("container") != std::string::npos);
    CHECK(failed.error().message.find("--http-put-response-hop-limit 2") != std::string::npos);
}

TEST_CASE("a client that is closed answers with an error", "[aws][imds]")
{
    instance of;
    of.silent = true;
    stage::pending<result<std::string>> zone(of.loop, of.metadata().zone());
    REQUIRE(
        gatehouse::discovery::stage::run_until(of.loop, [&] { return of.server.requests().size() == 1; }));
    of.metadata().close();
    CHECK(zone.take().error().kind == error_kind::transient);
}
