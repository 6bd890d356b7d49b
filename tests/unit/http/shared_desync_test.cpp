#include "lb/http/desync.hpp"
#include "tests/unit/http/shared_data.hpp"
#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>
#include <yaml-cpp/yaml.h>

#include <string>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

namespace {

// As a client would have had to send the case: its parts are given after parsing.
std::string rendered(const YAML::Node& item)
{
    auto head = item["method"].as<std::string>() + ' ' + item["uri"].as<std::string>() + ' ' +
                item["version"].as<std::string>() + "\r\nHost: example.com\r\n";
    for (const auto& line : item["headers"])
        head += line["name"].as<std::string>() + ": " + line["value"].as<std::string>() + "\r\n";
    return head + "\r\n";
}

// Cases whose class cannot be told from bytes on a wire: a target with CRLF in it ends the line, and a target
// outside RFC 3986 is refused here though it is no danger of this kind.
bool only_parts_show(const std::string& uri) { return uri.find("\r\n") != std::string::npos; }

struct score {
    int cases = 0;
};

void judge(const YAML::Node& item, score& total)
{
    const auto head = rendered(item);
    const parsed_request got(head);
    const auto tier = item["expected"]["tier"].as<std::string>();
    const auto reason = item["expected"]["reason"].as<std::string>();
    CAPTURE(item["name"].as<std::string>(), head, to_string(got.why), to_string(got.head.desync.reason));
    if (tier == "Severe") CHECK(got.why != refusal::none);
    if (got.why == refusal::none) CHECK(to_string(got.head.desync.tier) == tier);
    if (only_parts_show(item["uri"].as<std::string>())) return;
    ++total.cases;
    CHECK(to_string(got.head.desync.tier) == tier);
    CHECK(to_string(got.head.desync.reason) == (reason == "Compliant" ? "-" : reason));
}

}  // namespace

TEST_CASE("the published desync cases get ALB's class and reason", "[http][desync][shared]")
{
    score total;
    for (const auto* name :
         {"acceptable", "ambiguous", "more-compliant-tests", "rfc-compliant", "uri-specific-test-cases"}) {
        const auto path = shared_file("http-desync-guardian/" + std::string(name) + ".yaml");
        if (!path) return;
        for (const auto& item : YAML::LoadFile(*path)) judge(item, total);
    }
    CHECK(total.cases > 70);
}
