#include "bastion/audit/audit_text.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

using namespace gatehouse::bastion;
using namespace std::string_view_literals;

namespace {

std::string told(std::string_view text)
{
    std::string made;
    append_audit_text(made, text);
    return made;
}

extent extent_of(std::string_view text)
{
    std::string made;
    return append_audit_text(made, text);
}

}  // namespace

TEST_CASE("plain text stays as it is", "[audit_text]")
{
    CHECK(told("web-1.internal [::1] ~!@#$%^&*()") == "web-1.internal [::1] ~!@#$%^&*()");
    CHECK(told("").empty());
}

TEST_CASE("what could end a string or a line is escaped", "[audit_text]")
{
    CHECK(told(R"(a"b\c)") == R"(a\"b\\c)");
    CHECK(told("a\nb\rc\td") == R"(a\nb\rc\td)");
    CHECK(told("\0\x1b[2J\x7f"sv) == R"(\u0000\u001b[2J\u007f)");
    CHECK(told("x\"}\n{\"event\":\"login") == R"(x\"}\n{\"event\":\"login)");
    CHECK(told("\u0085\u2028\u2029") == R"(\u0085\u2028\u2029)");
}

TEST_CASE("what is beyond ASCII is escaped, also what turns the reading direction", "[audit_text]")
{
    CHECK(told("jürgen") == R"(j\u00fcrgen)");
    CHECK(told("a\u202eb\u200bc\ufeff") == R"(a\u202eb\u200bc\ufeff)");
    CHECK(told("\U0001f600\U0010ffff") == R"(\ud83d\ude00\udbff\udfff)");
    CHECK(told("\u0080\u07ff\u0800\uffff\U00010000") == R"(\u0080\u07ff\u0800\uffff\ud800\udc00)");
}

TEST_CASE("bytes that are no UTF-8 are replaced", "[audit_text]")
{
    CHECK(told("a\xff\x62") == R"(a\ufffdb)");
    CHECK(told("\xc3") == R"(\ufffd)");
    CHECK(told("\xc0\x8a") == R"(\ufffd\ufffd)");                        // an overlong newline
    CHECK(told("\xed\xa0\x80") == R"(\ufffd\ufffd\ufffd)");              // a surrogate
    CHECK(told("\xf4\x90\x80\x80").find("\\udc") == std::string::npos);  // beyond U+10FFFF
}

TEST_CASE("any byte leaves printable ASCII without a raw quote", "[audit_text]")
{
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const char bytes[] = {static_cast<char>(first), static_cast<char>(second)};
            const auto made = told({bytes, 2});
            const auto printable = [](char one) { return one >= 0x20 && one < 0x7f; };
            if (!std::ranges::all_of(made, printable)) FAIL(first << ' ' << second);
        }
    }
}

TEST_CASE("text longer than 256 bytes is cut, and says so", "[audit_text]")
{
    const std::string longest(256, 'x');
    CHECK(told(longest) == longest);
    CHECK(extent_of(longest) == extent::whole);
    CHECK(told(longest + 'y') == longest + "...");
    CHECK(extent_of(longest + 'y') == extent::cut);
    CHECK(told(std::string(65536, '\n')).size() == 2 * 256 + 3);
    CHECK(told(std::string(65536, '\x01')).size() == 6 * 256 + 3);
}

TEST_CASE("text is cut between characters", "[audit_text]")
{
    CHECK(told(std::string(255, 'x') + "\u00fcy") == std::string(255, 'x') + "...");
    CHECK(told(std::string(254, 'x') + "\u00fcy") == std::string(254, 'x') + R"(\u00fc...)");
    CHECK(told(std::string(253, 'x') + "\U0001f600y") == std::string(253, 'x') + "...");
    CHECK(told(std::string(252, 'x') + "\U0001f600y") == std::string(252, 'x') + R"(\ud83d\ude00...)");
    CHECK(told(std::string(300, '\x80')).ends_with(R"(\ufffd...)"));  // never ending
}
