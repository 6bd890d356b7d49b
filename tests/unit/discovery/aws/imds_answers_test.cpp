#include "discovery/aws/imds_answers.hpp"

#include "discovery/aws/iso_time.hpp"
#include "tests/unit/http/shared_data.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include <fstream>
#include <iostream>
#include <sstream>

using namespace gatehouse::discovery::aws;

namespace {

const std::string success =
    R"({"Code" : "Success", "LastUpdated" : "2024-01-02T03:04:05Z", "Type" : "AWS-HMAC",
  "AccessKeyId" : "ASIAEXAMPLE", "SecretAccessKey" : "wJalr/K7MDENG+b", "Token" : "IQoJb3//+=",
  "Expiration" : "2024-01-02T09:04:05Z"})";

std::string with(const std::string& from, const std::string& to)
{
    auto text = success;
    return text.replace(text.find(from), from.size(), to);
}

std::string web_identity(const std::string& keys)
{
    return "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
           "<AssumeRoleWithWebIdentityResult><SubjectFromWebIdentityToken>s</SubjectFromWebIdentityToken>" +
           keys + "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
}

std::string file_text(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("an instance role's keys are read", "[discovery][aws][imds]")
{
    const auto read = read_role_credentials(success, "instance role web");
    REQUIRE(read.has_value());
    CHECK(read->access_key == "ASIAEXAMPLE");
    CHECK(read->secret_key == "wJalr/K7MDENG+b");
    CHECK(read->session_token == "IQoJb3//+=");
    CHECK(read->expires == parse_iso_time("2024-01-02T09:04:05Z"));
    CHECK(read->source == "instance role web");
}

TEST_CASE("a container's keys are read, without a Code", "[discovery][aws][imds]")
{
    const auto read = read_role_credentials(
        R"({"RoleArn":"arn:aws:iam::1:role/r","AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t",)"
        R"("Expiration":"2024-01-02T09:04:05.123Z","AccountId":"1"})",
        "container");
    REQUIRE(read.has_value());
    CHECK(read->access_key == "ASIA");
    CHECK(read->expires == parse_iso_time("2024-01-02T09:04:05Z"));
    const auto lasting = read_role_credentials(R"({"AccessKeyId":"A","SecretAccessKey":"s"})", "container");
    REQUIRE(lasting.has_value());
    CHECK_FALSE(lasting->expires.has_value());
    CHECK(lasting->session_token.empty());
}

TEST_CASE("the metadata's refusal is told by its code", "[discovery][aws][imds]")
{
    const auto read = read_role_credentials(
        R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role web."})", "r");
    REQUIRE(read.has_error());
    CHECK(read.error().kind == error_kind::permission);
    CHECK(read.error().code == "AssumeRoleUnauthorizedAccess");
    CHECK(explain(read.error(), "sts:AssumeRole").ends_with("HTTP 200: EC2 cannot assume the role web.)"));
    const auto failed = read_role_credentials(R"({"Code":"Failed"})", "r");
    REQUIRE(failed.has_error());
    CHECK(is_retryable(failed.error().kind));
}

TEST_CASE("keys that cannot sign are refused without being told", "[discovery][aws][imds]")
{
    const auto body = GENERATE(
        std::string(), std::string("<html>"), std::string("[]"), std::string("null"), std::string("{}"),
        std::string("{\"Code\":\"Success\"}"), success.substr(0, success.size() - 1), success + "x",
        with("ASIAEXAMPLE", ""), with("ASIAEXAMPLE", "ASIA EXAMPLE"), with("wJalr", "wJalr\\r\\nX-Evil: 1"),
        with("wJalr/K7MDENG+b", ""), with("IQo", "\\u0000"), with("IQo", "\xc3\xa9"), with("IQo", "\xff"),
        with("\"wJalr/K7MDENG+b\"", "7"), with("2024-01-02T09", "tomorrow"), std::string(100000, '['),
        with("\"Type\"", "\"Type\":\"" + std::string(70000, 'x') + "\", \"T\""));
    const auto read = read_role_credentials(body, "r");
    REQUIRE(read.has_error());
    CHECK(read.error().kind == error_kind::invalid_answer);
    CHECK(read.error().message.find("wJalr") == std::string::npos);
    CHECK(read.error().message.find("IQo") == std::string::npos);
}

TEST_CASE("the errors of the endpoints are read in whatever form they come", "[discovery][aws][imds]")
{
    const auto container = read_role_error(
        400, R"({"code":"InvalidIdInRequest","message":"CredentialsV2Request: Credentials not found",)"
             R"("HTTPErrorCode":400})");
    CHECK(container.kind == error_kind::invalid_request);
    CHECK(container.code == "InvalidIdInRequest");
    CHECK(container.message == "CredentialsV2Request: Credentials not found");
    CHECK(read_role_error(403, R"({"Message":"no"})").message == "no");
    CHECK(read_role_error(404, "{}").kind == error_kind::not_found);
    CHECK(read_role_error(500, "internal server error").kind == error_kind::transient);
    CHECK(read_role_error(429, "").kind == error_kind::throttled);
    CHECK(read_role_error(403, R"({"code":"\u001b[31m"})").code == "?[31m");
}

TEST_CASE("a web identity's keys are read", "[discovery][aws][imds]")
{
    const std::string keys =
        "<Credentials><SessionToken>AQoDYXdzEE0a8ANXXX/+=</SessionToken><SecretAccessKey>wJalr</"
        "SecretAccessKey>"
        "<Expiration>2024-10-24T23:00:23Z</Expiration><AccessKeyId>ASgeIAIOSFODNN7EXAMPLE</AccessKeyId>"
        "</Credentials>";
    const auto read = read_web_identity(web_identity(keys), "web identity");
    REQUIRE(read.has_value());
    CHECK(read->access_key == "ASgeIAIOSFODNN7EXAMPLE");
    CHECK(read->secret_key == "wJalr");
    CHECK(read->session_token == "AQoDYXdzEE0a8ANXXX/+=");
    CHECK(read->expires == parse_iso_time("2024-10-24T23:00:23Z"));
    CHECK(read->source == "web identity");
    CHECK(read_web_identity(web_identity(""), "w").has_error());
    CHECK(read_web_identity(web_identity("<Credentials/>"), "w").has_error());
    CHECK(read_web_identity("<AssumeRoleResponse/>", "w").has_error());
}

TEST_CASE("the metadata mock's keys and its refusal are read", "[discovery][aws][imds][shared]")
{
    const auto path = shared_file("imds/metadata-defaults.json");
    if (!path) return;
    const auto all = boost::json::parse(file_text(*path));
    const auto& role = all.at("metadata").at("values").at("iam-security-credentials");
    const auto read = read_role_credentials(boost::json::serialize(role), "mock");
    REQUIRE(read.has_value());
    CHECK(read->access_key == "12345678901");
    CHECK(read->secret_key == "v/12345678901");
    CHECK(read->session_token == text_of(role.as_object(), "Token"));
    CHECK(read->expires == parse_iso_time(text_of(role.as_object(), "Expiration")));
    const auto page = shared_file("imds/golden/401_response.golden");
    REQUIRE(page.has_value());
    const auto refused = read_role_error(401, file_text(*page));
    CHECK(refused.kind == error_kind::authentication);
    CHECK(refused.message == "the answer is a web page: 401 - Unauthorized");
    std::cout << "imds: 2 cases\n";
}
