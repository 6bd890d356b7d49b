#include "lb/http/trace_id.hpp"
#include "tests/unit/http/shared_data.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

using namespace gatehouse::lb::http;

namespace {

constexpr std::array<std::uint64_t, 2> random_id{0xabcdef0123456789, 0x12345678ffffffff};
constexpr std::array<std::uint64_t, 3> random_trace{1, 2, 0xfedcba9876543210};

std::string trace_id(std::string_view received)
{
    std::string out = "left over";
    write_trace_id(received, 0x67891233, random_id, out);
    return out;
}

struct parent {
    bool continued;
    std::string text;
    bool operator==(const parent&) const = default;
};

parent traceparent(std::string_view received)
{
    parent out{false, "left over"};
    out.continued = write_traceparent(received, random_trace, out.text);
    return out;
}

const std::string fresh = "1-67891233-abcdef0123456789ffffffff";

}  // namespace

TEST_CASE("a trace id is made, extended or renewed as ALB does", "[http][trace_id]")
{
    CHECK(trace_id("") == "Root=" + fresh);
    CHECK(trace_id("Root=1-2-3") == "Self=" + fresh + ";Root=1-2-3");
    CHECK(trace_id("Self=old;Root=1-2-3;CalledFrom=app") == "Self=" + fresh + ";Root=1-2-3;CalledFrom=app");
    CHECK(trace_id("Root=1-2-3; Self=old") == "Self=" + fresh + ";Root=1-2-3");
    CHECK(trace_id("CalledFrom=app;Sampled=1") == "Root=" + fresh + ";CalledFrom=app;Sampled=1");
    CHECK(trace_id("Root=1-2-3;" + std::string(7 * 1024, 'x')) == "Root=" + fresh);
    CHECK(trace_id("Root=1-2-3;A=" + std::string(7 * 1024, 'x')) == "Root=" + fresh);
    for (const auto* unreadable : {"x", "=1", "Root=", "Root=1;x", "a b=c"})
        CHECK(trace_id(unreadable) == "Root=" + fresh);
}

TEST_CASE("a valid traceparent continues with a new parent", "[http][trace_id]")
{
    const std::string id = "0af7651916cd43dd8448eb211c80319c";
    CHECK(traceparent("00-" + id + "-b7ad6b7169203331-01") ==
          parent{true, "00-" + id + "-fedcba9876543210-01"});
    CHECK(traceparent("cc-" + id + "-b7ad6b7169203331-fe-more") ==
          parent{true, "00-" + id + "-fedcba9876543210-02"});
    CHECK(traceparent("") == parent{false, "00-00000000000000010000000000000002-fedcba9876543210-01"});
    CHECK(traceparent("00-" + id + "-b7ad6b7169203331-0").continued == false);
}

TEST_CASE("no random numbers make an id of zeros", "[http][trace_id]")
{
    std::string out;
    write_traceparent("", {0, 0, 0}, out);
    CHECK(out == "00-00000000000000000000000000000001-0000000000000001-01");
}

TEST_CASE("the published traceparent values continue or start a trace as they should",
          "[http][trace_id][shared]")
{
    const auto path = shared_file("trace-context/traceparent.json");
    if (!path) return;
    std::stringstream text;
    text << std::ifstream(*path).rdbuf();
    const auto cases = boost::json::parse(text.str()).as_object();
    for (const auto& value : cases.at("continue_trace").as_array()) {
        CAPTURE(value.as_string().c_str());
        const auto sent = traceparent(std::string(value.as_string()));
        CHECK(sent.continued);
        CHECK(sent.text.find("-12345678901234567890123456789012-fedcba9876543210-") == 2);
    }
    for (const auto& value : cases.at("start_new_trace").as_array()) {
        CAPTURE(value.as_string().c_str());
        CHECK_FALSE(traceparent(std::string(value.as_string())).continued);
    }
}
