#include "lb/refusal.hpp"
#include "tests/unit/http/shared_data.hpp"
#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

#include <boost/json/array.hpp>

#include <string>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

namespace {

enum class verdict { pass, warn, fail };

// The door's part of an outcome: a refusal's status, or that the request goes on to a target, which answers
// 2xx.
std::string outcome(const read_messages& got)
{
    if (got.why != refusal::none) return std::to_string(status_of(got.why));
    return got.complete > 0 ? "2xx" : "timeout";
}

bool lists(const boost::json::object& test, std::string_view member, const std::string& what)
{
    const auto* const list = test.if_contains({member.data(), member.size()});
    if (!list || !list->is_array()) return false;
    for (const auto& each : list->as_array()) {
        const std::string allowed(each.as_string());
        if (allowed == what || allowed.substr(0, 3) == what) return true;
        if (allowed.size() == 3 && allowed[0] == what[0] && (what == "2xx" || allowed == "4xx")) return true;
    }
    return false;
}

verdict judge(const boost::json::object& test, const std::string& what)
{
    if (lists(test, "pass_on", what)) return verdict::pass;
    if (what == "501") return verdict::pass;  // RFC 9112 6.1 recommends it for an unknown coding
    return lists(test, "warn_on", what) ? verdict::warn : verdict::fail;
}

}  // namespace

TEST_CASE("the probe's single requests get an outcome it allows", "[http][probe][shared]")
{
    int passed = 0, warned = 0;
    for (const auto& test : shared_lines("http11probe/cases.jsonl")) {
        if (text_of(test, "kind") != "single" || !test.contains("payload_b64")) continue;
        if (!test.contains("pass_on") || test.at("pass_on").is_null()) continue;
        const auto payload = bytes_of(test, "payload_b64");
        const auto got = read_requests(payload);
        const auto what = outcome(got);
        CAPTURE(text_of(test, "id"), payload, what, to_string(got.why), text_of(test, "expected_text"));
        const auto result = judge(test, what);
        CHECK(result != verdict::fail);
        (result == verdict::pass ? passed : warned) += 1;
    }
    if (shared_file("http11probe/cases.jsonl")) {
        CHECK(passed >= 55);
        CHECK(warned <= 20);
    }
}
