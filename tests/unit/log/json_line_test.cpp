#include "lb/log/access_line.hpp"

#include "tests/unit/log/sample_record.hpp"

// The parser that reads the lines back, compiled here: its headers come with Boost, its library may not.
#include <boost/json/src.hpp>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <string_view>

using namespace gatehouse::lb;
using namespace std::string_view_literals;

namespace {

boost::json::object parsed(const std::string& line)
{
    REQUIRE(line.ends_with('\n'));
    REQUIRE(line.find('\n') == line.size() - 1);
    return boost::json::parse({line.data(), line.size() - 1}).as_object();
}

// What a reader gets for bytes that need not be UTF-8: each byte that is none reads as that code point.
std::string as_utf8(std::string_view latin1)
{
    std::string out;
    for (const char one : latin1) {
        const auto byte = static_cast<unsigned char>(one);
        if (byte < 0x80) {
            out += one;
        } else {
            out += static_cast<char>(0xC0 | byte >> 6);
            out += static_cast<char>(0x80 | (byte & 0x3F));
        }
    }
    return out;
}

}  // namespace

TEST_CASE("a forwarded request makes one JSON object with ALB's names", "[log][json]")
{
    CHECK(
        line_of(put_json_line, sample_record()) ==
        R"({"type":"https","time":"2026-03-01T09:05:07.051000Z","listener":"https",)"
        R"("client_ip":"203.0.113.9","client_port":46532,"target_ip":"10.0.1.5","target_port":8000,)"
        R"("request_processing_time":0.001499,"target_processing_time":0.048500,)"
        R"("response_processing_time":0.000037,"elb_status_code":200,"target_status_code":203,)"
        R"("received_bytes":512,"sent_bytes":18446744073709551615,"request_verb":"GET",)"
        R"("request_url":"https://site.example:8443/v2/items?q=a%20b","request_proto":"HTTP/1.1",)"
        R"-("user_agent":"curl/7.88.1 (a test)","ssl_cipher":"TLS_AES_128_GCM_SHA256",)-"
        R"("ssl_protocol":"TLSv1.3",)"
        R"("target_group":"web","target_id":"i-0abc","trace_id":"Root=1-67891233-abcdef012345678912345678",)"
        R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",)"
        R"("domain_name":"sni.example",)"
        R"("matched_rule_priority":3,"rule":"canary","request_creation_time":"2026-03-01T09:05:07.000123Z",)"
        R"("actions_executed":"forward","redirect_url":"https://site.example:443/new",)"
        R"("error_reason":"target_closed","target_port_list":"10.0.1.5:8000",)"
        R"("target_status_code_list":"203",)"
        R"("classification":"Acceptable","classification_reason":"SpaceInUri",)"
        R"("conn_trace_id":"TID_00112233445566778899aabbccddeeff","attempts":2})"
        "\n");
}

TEST_CASE("what is absent has no key", "[log][json]")
{
    access_record record;
    record.client_address = "2001:db8::9";
    record.client_port = 5000;
    record.listener = "http";
    record.listener_address = "10.0.0.4:80";
    record.status = 408;
    record.error_reason = refusal::head_timeout;
    record.attempts = 0;
    CHECK(
        line_of(put_json_line, record) ==
        R"({"type":"http","time":"1970-01-01T00:00:00.000000Z","listener":"http","client_ip":"2001:db8::9",)"
        R"("client_port":5000,"elb_status_code":408,"received_bytes":0,"sent_bytes":0,)"
        R"("request_creation_time":"1970-01-01T00:00:00.000000Z","error_reason":"head_timeout","attempts":0})"
        "\n");
}

TEST_CASE("an IPv6 target is split into address and port", "[log][json]")
{
    auto record = sample_record();
    record.target_address = "[2001:db8::5]:443";
    const auto object = parsed(line_of(put_json_line, record));
    CHECK(object.at("target_ip").as_string() == "2001:db8::5");
    CHECK(object.at("target_port").as_int64() == 443);
    CHECK(object.at("target_port_list").as_string() == "[2001:db8::5]:443");
}

TEST_CASE("a line is one object and gives back what the client sent, whatever that was", "[log][json]")
{
    std::mt19937 random(11);
    for (int round = 0; round < 300; ++round) {
        std::string hostile(random() % 200 + 1, '\0');
        // Without the lead bytes of UTF-8, so that what a reader sees is known byte by byte.
        for (auto& one : hostile) one = static_cast<char>(random() % 0xC0);
        const auto object = parsed(line_of(put_json_line, hostile_record(hostile)));
        const auto expected = as_utf8(hostile);
        for (const auto* key : {"request_verb", "request_proto", "user_agent", "domain_name", "redirect_url",
                                "trace_id", "traceparent"})
            CHECK(object.at(key).as_string() == expected);
        CHECK(object.size() == parsed(line_of(put_json_line, sample_record())).size());
    }
}

TEST_CASE("a line of random bytes is valid JSON in valid UTF-8", "[log][json]")
{
    std::mt19937 random(13);
    for (int round = 0; round < 500; ++round) {
        std::string hostile(random() % 100 + 1, '\0');
        for (auto& one : hostile)
            one = static_cast<char>(random() % 3 == 0 ? random() : 0xC0 + random() % 0x40);
        CHECK_NOTHROW(parsed(line_of(put_json_line, hostile_record(hostile))));
    }
}

TEST_CASE("a value cannot close its string and add a key", "[log][json]")
{
    auto record = sample_record();
    record.user_agent = R"(x","elb_status_code":500,"y":"\)";
    const auto object = parsed(line_of(put_json_line, record));
    CHECK(object.at("elb_status_code").as_int64() == 200);
    CHECK(object.at("user_agent").as_string() == R"(x","elb_status_code":500,"y":"\)"sv);
}

TEST_CASE("no line exceeds its bound", "[log][json]")
{
    const std::string worst(8192, '\x01');
    auto record = hostile_record(worst);
    CHECK(line_of(put_json_line, record).size() <= line_bound(record));
    CHECK(line_of(put_alb_line, record).size() <= line_bound(record));
}
