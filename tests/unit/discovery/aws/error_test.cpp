#include "discovery/aws/error.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace gatehouse::discovery::aws;
using kind = error_kind;

namespace {

std::string auto_scaling(const std::string& code, const std::string& message = "m")
{
    return "<ErrorResponse "
           "xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\"><Error><Type>Sender</Type>"
           "<Code>" +
           code + "</Code><Message>" + message +
           "</Message></Error><RequestId>9e27be2f</RequestId></ErrorResponse>";
}

std::string ec2(const std::string& code, const std::string& message = "m")
{
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>" + code +
           "</Code><Message>" + message +
           "</Message></Error></Errors><RequestID>ea966190</RequestID></Response>";
}

}  // namespace

TEST_CASE("a list of errors is read under either root", "[discovery][aws][error]")
{
    const auto failed = read_error(403, "<ErrorResponse><Errors><Error><Code>AccessDenied</Code><Message>m</Message>"
                                        "</Error></Errors><RequestID>ea96</RequestID></ErrorResponse>");
    CHECK(failed.code == "AccessDenied");
    CHECK(failed.kind == kind::permission);
}

TEST_CASE("AWS's codes are sorted by what to do about them", "[discovery][aws][error]")
{
    struct example {
        unsigned status;
        const char* code;
        error_kind expected;
    };
    const auto [status, code, expected] = GENERATE(values<example>({
        {400, "Throttling", kind::throttled},
        {400, "ThrottlingException", kind::throttled},
        {503, "RequestLimitExceeded", kind::throttled},
        {503, "EC2ThrottledException", kind::throttled},
        {503, "SlowDown", kind::throttled},
        {401, "AuthFailure", kind::authentication},
        {403, "InvalidClientTokenId", kind::authentication},
        {403, "SignatureDoesNotMatch", kind::authentication},
        {400, "UnrecognizedClientException", kind::authentication},
        {400, "IncompleteSignature", kind::authentication},
        {403, "MissingAuthenticationToken", kind::authentication},
        {403, "OptInRequired", kind::authentication},
        {400, "InvalidIdentityToken", kind::authentication},
        {403, "AccessDenied", kind::permission},
        {400, "AccessDeniedException", kind::permission},
        {403, "UnauthorizedOperation", kind::permission},
        {403, "ExpiredToken", kind::expired_token},
        {400, "ExpiredTokenException", kind::expired_token},
        {400, "RequestExpired", kind::clock_skew},
        {403, "RequestTimeTooSkewed", kind::clock_skew},
        {400, "InvalidInstanceID.NotFound", kind::not_found},
        {400, "LoadBalancerNotFound", kind::not_found},
        {400, "ResourceNotFoundException", kind::not_found},
        {400, "InvalidInstanceID.Malformed", kind::invalid_request},
        {400, "ValidationError", kind::invalid_request},
        {400, "InvalidNextToken", kind::invalid_request},
        {400, "MissingParameter", kind::invalid_request},
        {404, "InvalidAction", kind::not_found},
        {500, "InternalFailure", kind::transient},
        {500, "InternalServiceFault", kind::transient},
        {503, "ServiceUnavailable", kind::transient},
        {503, "Unavailable", kind::transient},
        {400, "IDPCommunicationError", kind::transient},
        {400, "ResourceContentionFault", kind::transient},
        {599, "SomethingNew", kind::transient},
        {418, "SomethingNew", kind::invalid_request},
    }));
    CAPTURE(status, code);
    for (const auto& body : {auto_scaling(code), ec2(code)}) {
        const auto read = read_error(status, body);
        CHECK(read.kind == expected);
        CHECK(read.status == status);
        CHECK(read.code == code);
        CHECK(read.message == "m");
    }
}

TEST_CASE("a signature out of time is a matter of the clock, not of the key", "[discovery][aws][error]")
{
    const auto late =
        auto_scaling("SignatureDoesNotMatch", "Signature expired: 20160609T184512Z is now earlier "
                                              "than 20160610T013008Z (20160610T014508Z - 15 min.)");
    CHECK(read_error(403, late).kind == kind::clock_skew);
    const auto early =
        auto_scaling("InvalidSignatureException", "Signature not yet current: 20160610T013008Z");
    CHECK(read_error(403, early).kind == kind::clock_skew);
    CHECK(read_error(400, auto_scaling("ValidationError", "Signature expired: no")).kind ==
          kind::invalid_request);
}

TEST_CASE("Auto Scaling's validation errors tell what is gone", "[discovery][aws][error]")
{
    const auto gone =
        GENERATE("No active Lifecycle Action found with instance ID i-09c7205a117f0d09a",
                 "Instance Id not found - No managed instance found for instance ID: i-09c7205a117f0d09a",
                 "AutoScalingGroup name not found - AutoScalingGroup 'web' not found");
    CHECK(read_error(400, auto_scaling("ValidationError", gone)).kind == kind::not_found);
}

TEST_CASE("an answer without AWS's words is judged by its status", "[discovery][aws][error]")
{
    struct example {
        unsigned status;
        error_kind expected;
    };
    const auto [status, expected] = GENERATE(values<example>({{0, kind::transient},
                                                              {200, kind::invalid_answer},
                                                              {302, kind::invalid_answer},
                                                              {400, kind::invalid_request},
                                                              {401, kind::authentication},
                                                              {403, kind::permission},
                                                              {404, kind::not_found},
                                                              {408, kind::transient},
                                                              {413, kind::invalid_request},
                                                              {429, kind::throttled},
                                                              {500, kind::transient},
                                                              {502, kind::transient},
                                                              {504, kind::transient},
                                                              {999, kind::invalid_answer}}));
    const auto body =
        GENERATE("", " \r\n", "upstream connect error", "<html><head><title>Oops</title></head></html>",
                 "<Response/>", "<ErrorResponse><Error/></ErrorResponse>", "<Error><Code>a</Code>");
    CAPTURE(status, body);
    const auto read = read_error(status, body);
    CHECK(read.kind == expected);
    CHECK(read.code.empty());
    CHECK(read.status == status);
    CHECK_FALSE(read.message.empty());
}

TEST_CASE("what came instead of an error is told in one line", "[discovery][aws][error]")
{
    CHECK(read_error(503, "").message == "the answer is empty");
    CHECK(read_error(503, "upstream\r\nconnect\x1b error").message ==
          "the answer is not from AWS: upstream  connect? error");
    CHECK(read_error(503, "<!DOCTYPE html>\n<html><head><title>Log in\n</title></head>").message ==
          "the answer is a web page: Log in ");
    CHECK(read_error(503, "<HTML><body>no title").message == "the answer is a web page");
    CHECK(read_error(503, std::string(5000, 'x')).message.size() < 200);
}

TEST_CASE("AWS's words are kept clean and short", "[discovery][aws][error]")
{
    std::string wide;
    for (int i = 0; i < 600; ++i) wide += "\xc3\xa9";
    const auto read = read_error(403, auto_scaling("AccessDenied", "x" + wide));
    CHECK(read.message.size() == 999 + 3);  // not half of the 500th
    CHECK(read.message.ends_with("\xc3\xa9..."));
    CHECK(read_error(403, ec2("AccessDenied", "a&#27;[31mb")).message == "a?[31mb");
    CHECK(read_error(403, ec2(std::string(4000, 'C'))).code.size() <= longest_code + 3);
}

TEST_CASE("missing permission names the action", "[discovery][aws][error]")
{
    const auto denied =
        read_error(403, auto_scaling("AccessDenied",
                                     "User: arn:aws:sts::1:assumed-role/gatehouse/i-1 is not authorized"));
    CHECK(explain(denied, "autoscaling:DescribeAutoScalingGroups") ==
          "IAM does not allow autoscaling:DescribeAutoScalingGroups, add this action to the policy of the "
          "node's role (AccessDenied, HTTP 403: User: arn:aws:sts::1:assumed-role/gatehouse/i-1 is not "
          "authorized)");
    const auto proxy = read_error(403, "<html><title>Blocked by policy</title></html>");
    CHECK(explain(proxy, "ec2:DescribeInstances") ==
          "ec2:DescribeInstances was refused, but not by IAM, check proxies and endpoints on the way to AWS "
          "(HTTP 403: the answer is a web page: Blocked by policy)");
}

TEST_CASE("every kind explains itself in its own words", "[discovery][aws][error]")
{
    std::set<std::string> sentences;
    std::set<std::string_view> names;
    const auto all = {kind::throttled,       kind::authentication, kind::permission,
                      kind::expired_token,   kind::clock_skew,     kind::not_found,
                      kind::invalid_request, kind::transient,      kind::invalid_answer};
    for (const auto each : all) {
        const auto said = explain({each, 0, {}, {}}, "ec2:DescribeInstances");
        CHECK(said.find("ec2:DescribeInstances") != std::string::npos);
        sentences.insert(said);
        names.insert(to_string(each));
    }
    CHECK(sentences.size() == all.size());
    CHECK(names.size() == all.size());
    CHECK(
        explain({kind::transient, 0, {}, "connection refused"}, "sts:A").ends_with(" (connection refused)"));
}

TEST_CASE("what another try cannot mend is not tried again", "[discovery][aws][error]")
{
    for (const auto each : {kind::throttled, kind::transient, kind::expired_token, kind::invalid_answer})
        CHECK(is_retryable(each));
    for (const auto each :
         {kind::authentication, kind::permission, kind::clock_skew, kind::not_found, kind::invalid_request})
        CHECK_FALSE(is_retryable(each));
}
