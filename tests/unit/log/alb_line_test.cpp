#include "lb/log/access_line.hpp"

#include "tests/unit/log/sample_record.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace gatehouse::lb;

namespace {

std::string unescaped(std::string_view field)
{
    std::string plain;
    for (std::size_t at = 0; at < field.size(); ++at) {
        if (field.substr(at, 2) != "\\x") {
            plain += field[at];
            continue;
        }
        plain += static_cast<char>(std::stoi(std::string(field.substr(at + 2, 2)), nullptr, 16));
        at += 3;
    }
    return plain;
}

// As a reader of ALB's logs does it: single spaces part the fields, quotes hold a field together.
std::vector<std::string> fields_of(std::string_view line)
{
    REQUIRE(line.ends_with('\n'));
    line.remove_suffix(1);
    std::vector<std::string> fields;
    while (!line.empty()) {
        const bool quoted = line.front() == '"';
        const auto end = quoted ? line.find('"', 1) : std::min(line.find(' '), line.size());
        REQUIRE(end != line.npos);
        fields.push_back(unescaped(line.substr(quoted ? 1 : 0, end - (quoted ? 1 : 0))));
        line.remove_prefix(end + (quoted ? 1 : 0));
        REQUIRE((line.empty() || line.front() == ' '));
        if (!line.empty()) line.remove_prefix(1);
    }
    return fields;
}

bool is_printable(std::string_view line)
{
    return std::ranges::all_of(line.substr(0, line.size() - 1),
                               [](char one) { return one >= ' ' && one < 0x7F; });
}

}  // namespace

TEST_CASE("a forwarded request makes the line ALB would write", "[log][alb]")
{
    CHECK(line_of(put_alb_line, sample_record()) ==
          "https 2026-03-01T09:05:07.051000Z https 203.0.113.9:46532 10.0.1.5:8000 0.001 0.049 0.000 200 203 "
          "512 "
          "18446744073709551615 \"GET https://site.example:8443/v2/items?q=a%20b HTTP/1.1\" "
          "\"curl/7.88.1 (a test)\" TLS_AES_128_GCM_SHA256 TLSv1.3 web "
          "\"Root=1-67891233-abcdef012345678912345678\" \"sni.example\" \"-\" 3 2026-03-01T09:05:07.000123Z "
          "\"forward\" \"https://site.example:443/new\" \"target_closed\" \"10.0.1.5:8000\" \"203\" "
          "\"Acceptable\" "
          "\"SpaceInUri\" TID_00112233445566778899aabbccddeeff \"-\" \"-\" \"-\"\n");
}

TEST_CASE("a request that was never understood makes a line of dashes", "[log][alb]")
{
    access_record record;
    record.client_address = "2001:db8::9";
    record.client_port = 5000;
    record.listener = "http";
    record.listener_address = "10.0.0.4:80";
    record.status = 400;
    record.error_reason = refusal::bad_request_line;
    record.desync = {http::desync_class::severe, http::desync_reason::bad_method};
    CHECK(
        line_of(put_alb_line, record) ==
        "http 1970-01-01T00:00:00.000000Z http [2001:db8::9]:5000 - -1 -1 -1 400 - 0 0 "
        "\"- http://10.0.0.4:80- -\" \"-\" - - - \"-\" \"-\" \"-\" - 1970-01-01T00:00:00.000000Z \"-\" \"-\" "
        "\"bad_request_line\" \"-\" \"-\" \"Severe\" \"BadMethod\" - \"-\" \"-\" \"-\"\n");
}

TEST_CASE("the default rule is 0 and a compliant request has no classification", "[log][alb]")
{
    auto record = sample_record();
    record.rule_priority = 0;
    record.desync = {};
    record.error_reason = refusal::none;
    const auto fields = fields_of(line_of(put_alb_line, record));
    REQUIRE(fields.size() == 33);
    CHECK(fields[20] == "0");
    CHECK(fields[24] == "-");
    CHECK(fields[27] == "-");
    CHECK(fields[28] == "-");
}

TEST_CASE("a line has 33 fields and gives back what the client sent, whatever that was", "[log][alb]")
{
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        std::string hostile(random() % 200 + 1, '\0');
        for (auto& one : hostile)
            one = static_cast<char>(round % 2 == 0 ? random() : "\" \\\n-x\r"[random() % 7]);
        const auto record = hostile_record(hostile);
        const auto line = line_of(put_alb_line, record);
        CHECK(is_printable(line));
        const auto fields = fields_of(line);
        REQUIRE(fields.size() == 33);
        CHECK(fields[13] == hostile);
        CHECK(fields[17] == hostile);
        CHECK(fields[18] == hostile);
        CHECK(fields[23] == hostile);
        CHECK(fields[12].starts_with(hostile + ' '));
        CHECK(fields[12].ends_with(hostile + ' ' + hostile));
    }
}

TEST_CASE("a name with a space stays one field", "[log][alb]")
{
    auto record = sample_record();
    record.listener = "the front door";
    record.target_group = "web servers";
    const auto fields = fields_of(line_of(put_alb_line, record));
    REQUIRE(fields.size() == 33);
    CHECK(fields[2] == "the front door");
    CHECK(fields[16] == "web servers");
}
