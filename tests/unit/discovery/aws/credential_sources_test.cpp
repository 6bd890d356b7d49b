#include "discovery/aws/container_credentials.hpp"
#include "discovery/aws/environment_credentials.hpp"
#include "discovery/aws/web_identity.hpp"

#include "tests/unit/discovery/aws/await.hpp"
#include "tests/unit/discovery/aws/loopback_server.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::discovery::aws;
using gatehouse::discovery::stage::scratch_directory;

namespace {

// An environment that is told, and one server for whatever is asked.
struct surroundings {
    environment variables()
    {
        return [this](const char* name) { return set.contains(name) ? set.at(name) : std::string(); };
    }
    source_result fetch(credential_source& from) { return stage::await(loop, from.fetch()); }
    source_result fetch_environment()
    {
        environment_credentials source(variables());
        return fetch(source);
    }
    source_result fetch_web_identity()
    {
        web_identity source(loop.get_executor(), variables(), server.origin());
        return fetch(source);
    }
    source_result fetch_container()
    {
        container_credentials source(loop.get_executor(), variables());
        return fetch(source);
    }

    std::map<std::string, std::string> set;
    scratch_directory folder;
    boost::asio::io_context loop;
    stage::reply answer;
    stage::loopback_server server{loop, [this](const auto&) { return answer; }};
};

std::string error(const source_result& found)
{
    return found.has_error() ? found.error().message : "no error";
}

bool is_none(const source_result& found)
{
    return found.has_value() && !found->has_value();
}

}  // namespace

TEST_CASE("keys in the environment come in pairs", "[aws][credential_sources]")
{
    surroundings at;
    CHECK(is_none(at.fetch_environment()));
    at.set["AWS_ACCESS_KEY_ID"] = "AKIA1";
    CHECK(at.fetch_environment().error().kind == error_kind::authentication);
    at.set["AWS_SECRET_ACCESS_KEY"] = "secret";
    at.set["AWS_SESSION_TOKEN"] = "token";
    const auto found = at.fetch_environment();
    REQUIRE(found.has_value());
    CHECK((*found)->access_key == "AKIA1");
    CHECK((*found)->secret_key == "secret");
    CHECK((*found)->session_token == "token");
    CHECK((*found)->source == "environment");
    at.set["AWS_SECRET_ACCESS_KEY"] = "secret\r\nX-Evil: 1";
    CHECK(at.fetch_environment().has_error());
}

TEST_CASE("a web identity is changed at STS for keys of the role", "[aws][credential_sources]")
{
    surroundings at;
    CHECK(is_none(at.fetch_web_identity()));
    at.folder.write("token", "a.b-c_d\n");
    at.set["AWS_WEB_IDENTITY_TOKEN_FILE"] = at.folder.file("token");
    CHECK(error(at.fetch_web_identity()).find("AWS_ROLE_ARN") != std::string::npos);
    at.set["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/door";
    at.answer.body = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
                     "<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"
                     "<SessionToken>token</SessionToken><Expiration>2024-01-02T03:04:05Z</Expiration>"
                     "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    const auto found = at.fetch_web_identity();
    REQUIRE(found.has_value());
    CHECK((*found)->access_key == "ASIA1");
    CHECK((*found)->source == "web identity arn:aws:iam::123456789012:role/door");
    CHECK((*found)->expires.has_value());
    const auto& asked = at.server.requests().at(0);
    CHECK(asked.method == "POST");
    CHECK(asked.target == "/");
    CHECK(asked.field("authorization").empty());
    CHECK(asked.body == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
                        "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdoor&RoleSessionName=gatehouse"
                        "&WebIdentityToken=a.b-c_d");
    at.set["AWS_ROLE_SESSION_NAME"] = "door-7";
    CHECK(at.fetch_web_identity().has_value());
    CHECK(at.server.requests().at(1).body.find("&RoleSessionName=door-7&") != std::string::npos);
}

TEST_CASE("a web identity that cannot be changed is an error", "[aws][credential_sources]")
{
    surroundings at;
    at.set["AWS_WEB_IDENTITY_TOKEN_FILE"] = at.folder.file("token");
    at.set["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/door";
    CHECK(error(at.fetch_web_identity()).find("token: ") != std::string::npos);
    at.folder.write("token", "a");
    at.answer = {400, "<ErrorResponse><Error><Code>ExpiredTokenException</Code></Error></ErrorResponse>"};
    CHECK(at.fetch_web_identity().error().kind == error_kind::expired_token);
    at.answer = {200, "<html/>"};
    CHECK(at.fetch_web_identity().error().kind == error_kind::invalid_answer);
    at.server.shut();
    CHECK(at.fetch_web_identity().error().kind == error_kind::transient);
}

TEST_CASE("a container's endpoint is told by the environment", "[aws][credential_sources]")
{
    surroundings at;
    CHECK_FALSE(container_endpoint(at.variables())->has_value());
    at.set["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "https://keys.example/a?b=c";
    CHECK(**container_endpoint(at.variables()) ==
          url{url::protocol::https, "keys.example", 443, "/a", "b=c"});
    at.set["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/id";
    CHECK(**container_endpoint(at.variables()) ==
          url{url::protocol::http, "169.254.170.2", 80, "/v2/credentials/id", ""});
    for (const char* odd : {"@keys.example/a", ".keys.example/", "v2", ":80/"}) {
        at.set["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = odd;
        CHECK(container_endpoint(at.variables()).has_error());
    }
}

TEST_CASE("plain http to a container's endpoint does not leave the machine", "[aws][credential_sources]")
{
    surroundings at;
    const auto allowed = [&](const char* host) {
        at.set["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = std::string("http://") + host + "/a";
        return container_endpoint(at.variables()).has_value();
    };
    for (const char* host : {"127.0.0.1", "127.9.9.9:8080", "localhost", "[::1]", "169.254.170.2",
                             "169.254.170.23", "[fd00:ec2::23]", "[fd00:ec2:0::23]:80"}) {
        CAPTURE(host);
        CHECK(allowed(host));
    }
    for (const char* host : {"10.0.0.1", "169.254.169.254", "169.254.170.3", "keys.example", "[fd00:ec2::24]",
                             "localhost.example", "127.0.0.1.example", "0x7f.1"}) {
        CAPTURE(host);
        CHECK_FALSE(allowed(host));
    }
}

TEST_CASE("a container's keys are asked for with its token", "[aws][credential_sources]")
{
    surroundings at;
    CHECK(is_none(at.fetch_container()));
    at.set["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = at.server.text() + "/v1/credentials?a=b";
    at.answer.body = R"({"AccessKeyId": "ASIA1", "SecretAccessKey": "secret", "Token": "token",
                         "Expiration": "2024-01-02T03:04:05Z"})";
    const auto found = at.fetch_container();
    REQUIRE(found.has_value());
    CHECK((*found)->access_key == "ASIA1");
    CHECK((*found)->source == "container");
    CHECK(at.server.requests().at(0).method == "GET");
    CHECK(at.server.requests().at(0).target == "/v1/credentials?a=b");
    CHECK(at.server.requests().at(0).field("authorization").empty());
    at.set["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc";
    CHECK(at.fetch_container().has_value());
    CHECK(at.server.requests().at(1).field("authorization") == "Basic abc");
    at.folder.write("token", "from.a.file\n");
    at.set["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = at.folder.file("token");
    CHECK(at.fetch_container().has_value());
    CHECK(at.server.requests().at(2).field("authorization") == "from.a.file");
}

TEST_CASE("a container's keys that do not come are an error", "[aws][credential_sources]")
{
    surroundings at;
    at.set["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = at.server.text();
    SECTION("refused")
    {
        at.answer = {403, R"({"code": "AccessDenied", "message": "no"})"};
        CHECK(at.fetch_container().error().kind == error_kind::permission);
    }
    SECTION("not answered")
    {
        at.server.shut();
        CHECK(at.fetch_container().error().kind == error_kind::transient);
        CHECK(error(at.fetch_container()).starts_with("container credentials at 127.0.0.1:"));
    }
    SECTION("with a token that would forge fields")
    {
        at.set["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "a\r\nX-Evil: 1";
        CHECK(at.fetch_container().has_error());
        CHECK(at.server.requests().empty());
    }
    SECTION("without the token's file")
    {
        at.set["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = at.folder.file("token");
        CHECK(error(at.fetch_container()).find("TOKEN_FILE") != std::string::npos);
        CHECK(at.server.requests().empty());
    }
}
