#include "discovery/aws/sigv4.hpp"

#include "discovery/aws/iso_time.hpp"
#include "tests/unit/http/shared_data.hpp"

#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <iostream>
#include <set>
#include <sstream>

using namespace gatehouse::discovery::aws;

namespace {

// "20240102T030405Z" and "2024-01-02T03:04:05Z"
std::chrono::system_clock::time_point time_of(std::string text)
{
    if (text.find('-') == std::string::npos)
        text.insert(13, ":").insert(11, ":").insert(6, "-").insert(4, "-");
    return parse_iso_time(text).value();
}

void set_target(http_request& request, const std::string& target)
{
    const auto query = target.find('?');
    request.path = target.substr(0, query);
    request.query = query == std::string::npos ? "" : target.substr(query + 1);
}

// A request as the cases write it, with bare line feeds.
http_request read_request(const std::string& text)
{
    http_request request;
    std::istringstream in(text);
    std::string line;
    std::getline(in, line);
    const auto start = line.find(' '), end = line.rfind(' ');
    request.method = line.substr(0, start);
    set_target(request, line.substr(start + 1, end - start - 1));
    while (std::getline(in, line) && !line.empty()) {
        const auto colon = line.find(':');
        http_field field{line.substr(0, colon), line.substr(colon + 1)};
        if (field.name == "Host")
            request.host = field.value;
        else
            request.fields.push_back(field);
    }
    request.body.assign(std::istreambuf_iterator<char>(in), {});
    return request;
}

std::set<std::string> lines_of(const http_request& request)
{
    std::set<std::string> lines{"Host:" + request.host};
    for (const auto& [name, value] : request.fields) lines.insert(name + ':' + value);
    return lines;
}

std::string value_of(const http_request& request, std::string_view name)
{
    const auto found = std::ranges::find(request.fields, name, &http_field::name);
    return found == request.fields.end() ? "" : found->value;
}

struct published {
    http_request request;
    credentials keys;
    std::string region, service;
    std::chrono::system_clock::time_point time;
    bool normalised = true, token_is_signed = true;
};

published read_case(const boost::json::object& from)
{
    const auto& context = from.at("context").as_object();
    const auto& keys = context.at("credentials").as_object();
    published read;
    read.request = read_request(text_of(from, "request"));
    read.keys.access_key = text_of(keys, "access_key_id");
    read.keys.secret_key = text_of(keys, "secret_access_key");
    read.keys.session_token = text_of(keys, "token");
    read.region = text_of(context, "region");
    read.service = text_of(context, "service");
    read.time = time_of(text_of(context, "timestamp"));
    read.normalised = context.at("normalize").as_bool();
    const auto* omitted = context.if_contains("omit_session_token");
    read.token_is_signed = !omitted || !omitted->as_bool();
    if (context.at("sign_body").as_bool())
        read.request.fields.push_back(
            {"x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"});
    return read;
}

http_request example()
{
    http_request request;
    request.host = "ec2.eu-west-1.amazonaws.com";
    request.fields = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    request.body = "Action=DescribeInstances&Version=2016-11-15";
    return request;
}

credentials example_keys(std::string token = {})
{
    return {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", std::move(token), {}, "a test"};
}

}  // namespace

TEST_CASE("AWS's own signing cases come out byte for byte", "[discovery][aws][sigv4][shared]")
{
    std::size_t steps = 0, signed_whole = 0;
    for (const auto& each : shared_lines("sigv4/cases.jsonl")) {
        const auto given = read_case(each);
        CAPTURE(text_of(each, "id"));
        auto dated = given.request;
        dated.fields.push_back({"X-Amz-Date", basic_iso_time(given.time)});
        if (given.token_is_signed && !given.keys.session_token.empty())
            dated.fields.push_back({"X-Amz-Security-Token", given.keys.session_token});
        const auto form = given.normalised ? path_form::normalised : path_form::as_sent;
        const signing_scope scope{given.time, given.region, given.service};
        const auto canonical = canonical_request(dated, form);
        CHECK(canonical == text_of(each, "header_canonical_request"));
        const auto to_sign = string_to_sign(canonical, scope);
        CHECK(to_sign == text_of(each, "header_string_to_sign"));
        CHECK(signature(to_sign, given.keys.secret_key, scope) == text_of(each, "header_signature"));
        ++steps;
        if (!given.normalised) continue;
        auto keys = given.keys;
        if (!given.token_is_signed) keys.session_token.clear();
        auto whole = given.request;
        sign(whole, keys, given.region, given.service, given.time);
        if (!given.token_is_signed)
            whole.fields.push_back({"X-Amz-Security-Token", given.keys.session_token});
        CHECK(lines_of(whole) == lines_of(read_request(text_of(each, "header_signed_request"))));
        ++signed_whole;
    }
    std::cout << "sigv4/cases.jsonl: " << steps << " cases, " << signed_whole << " of them by sign()\n";
}

TEST_CASE("the calls of this product are signed as botocore signs them", "[discovery][aws][sigv4][shared]")
{
    std::size_t cases = 0;
    for (const auto& each : shared_lines("sigv4/gatehouse-requests.jsonl")) {
        CAPTURE(text_of(each, "id"));
        const auto url = text_of(each, "url");
        const auto host = url.find("//") + 2, path = url.find('/', host);
        http_request request;
        request.method = text_of(each, "method");
        request.host = url.substr(host, path - host);
        set_target(request, url.substr(path));
        request.body = text_of(each, "body");
        for (const auto& [name, value] : each.at("headers").as_object())
            if (name != "Host") request.fields.push_back({std::string(name), std::string(value.as_string())});
        const credentials keys{text_of(each, "access_key"),
                               text_of(each, "secret_key"),
                               text_of(each, "session_token"),
                               {},
                               "a test"};
        sign(request, keys, text_of(each, "region"), text_of(each, "service"),
             time_of(text_of(each, "time")));
        CHECK(canonical_request(request) == text_of(each, "canonical_request"));
        CHECK(value_of(request, "X-Amz-Date") == text_of(each, "x_amz_date"));
        CHECK(value_of(request, "X-Amz-Security-Token") == keys.session_token);
        CHECK(value_of(request, "Authorization") == text_of(each, "authorization"));
        ++cases;
    }
    std::cout << "sigv4/gatehouse-requests.jsonl: " << cases << " cases\n";
}

TEST_CASE("signing again replaces the earlier signature", "[discovery][aws][sigv4]")
{
    const auto now = time_of("2024-01-02T03:04:05Z");
    auto once = example(), again = example();
    sign(once, example_keys(), "eu-west-1", "ec2", now);
    sign(again, example_keys("an older token"), "eu-west-1", "ec2", now - std::chrono::hours(1));
    sign(again, example_keys(), "eu-west-1", "ec2", now);
    CHECK(lines_of(again) == lines_of(once));
    CHECK(again.fields.size() == once.fields.size());
}

TEST_CASE("fields that proxies change are sent but not signed", "[discovery][aws][sigv4]")
{
    auto plain = example(), dressed = example();
    dressed.fields.push_back({"User-Agent", "gatehouse"});
    dressed.fields.push_back({"EXPECT", "100-continue"});
    const auto now = time_of("2024-01-02T03:04:05Z");
    sign(plain, example_keys(), "eu-west-1", "ec2", now);
    sign(dressed, example_keys(), "eu-west-1", "ec2", now);
    CHECK(value_of(dressed, "Authorization") == value_of(plain, "Authorization"));
    CHECK(value_of(dressed, "User-Agent") == "gatehouse");
}

TEST_CASE("whatever is signed changes the signature", "[discovery][aws][sigv4]")
{
    const auto now = time_of("2024-01-02T03:04:05Z");
    const auto authorization = [](http_request request, const credentials& keys, std::string_view region,
                                  std::string_view service, std::chrono::system_clock::time_point when) {
        sign(request, keys, region, service, when);
        return value_of(request, "Authorization");
    };
    std::set<std::string> all{authorization(example(), example_keys(), "eu-west-1", "ec2", now)};
    auto other = example();
    other.body += "&NextToken=a";
    all.insert(authorization(other, example_keys(), "eu-west-1", "ec2", now));
    other = example();
    other.host += ":8443";
    all.insert(authorization(other, example_keys(), "eu-west-1", "ec2", now));
    all.insert(authorization(example(), example_keys("token"), "eu-west-1", "ec2", now));
    all.insert(authorization(example(), example_keys(), "eu-west-2", "ec2", now));
    all.insert(authorization(example(), example_keys(), "eu-west-1", "sts", now));
    all.insert(authorization(example(), example_keys(), "eu-west-1", "ec2", now + std::chrono::seconds(1)));
    CHECK(all.size() == 7);
}

TEST_CASE("blanks in a field's value count once", "[discovery][aws][sigv4]")
{
    auto request = example();
    request.fields = {{"My-Header", "  a \t b   c "}, {"My-Header", "d"}};
    CHECK(canonical_request(request).find("\nmy-header:a b c,d\n") != std::string::npos);
}

TEST_CASE("a path is signed as the service will read it", "[discovery][aws][sigv4]")
{
    const auto signed_path = [](const std::string& path, path_form form = path_form::normalised) {
        auto request = example();
        request.path = path;
        const auto canonical = canonical_request(request, form);
        return canonical.substr(5, canonical.find('\n', 5) - 5);
    };
    CHECK(signed_path("") == "/");
    CHECK(signed_path("/..") == "/");
    CHECK(signed_path("/a/..") == "/");
    CHECK(signed_path("/a/b/../../c") == "/c");
    CHECK(signed_path("/../a/./b//") == "/a/b/");
    CHECK(signed_path("/a%20b") == "/a%2520b");  // encoded once more than it is sent
    CHECK(signed_path("/a/..", path_form::as_sent) == "/a/..");
}
