#include "tests/unit/http/shared_data.hpp"
#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <string>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

namespace {

// Only letters, lower-cased: what a sloppy reader could make of a name.
std::string letters(std::string_view text)
{
    std::string made;
    for (const unsigned char c : text)
        if (std::isalpha(c)) made.push_back(static_cast<char>(std::tolower(c)));
    return made;
}

// The number of lines in a forwarded head that anyone could take for framing.
int framing_lines(std::string_view head)
{
    int count = 0;
    while (!head.empty()) {
        const auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(line.size() + 2, head.size()));
        const auto name = letters(line.substr(0, line.find(':')));
        if (name == "transferencoding" || name == "contentlength") ++count;
    }
    return count;
}

bool has_control(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto value = static_cast<unsigned char>(c);
        return value == 0x7f || (value < 0x20 && c != '\t' && c != '\r' && c != '\n');
    });
}

}  // namespace

TEST_CASE("no disguise of Transfer-Encoding reaches a target", "[http][gadgets][shared]")
{
    for (const auto& each : shared_lines("te-obfuscations/gadgets.jsonl")) {
        CAPTURE(text_of(each, "id"), text_of(each, "header_escaped"));
        const auto head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n" +
                          bytes_of(each, "header_bytes_b64") + "\r\n\r\n";
        const auto got = read_requests(head + "0\r\n\r\nG");
        if (got.why != refusal::none) {
            CHECK(got.forward.empty());
            continue;
        }
        CHECK(got.complete == 1);
        CHECK_FALSE(has_control(got.forward));
        CHECK(framing_lines(got.forward.substr(0, got.forward.find("\r\n\r\n"))) == 1);
    }
}
