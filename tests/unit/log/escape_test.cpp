#include "lb/log/escape.hpp"

#include <catch2/catch.hpp>
#include <cstddef>
#include <string>
#include <string_view>

using namespace gatehouse::lb;
using namespace std::string_view_literals;

namespace {

std::string written(char* (*escape)(char*, std::string_view) noexcept, std::string_view value)
{
    std::string out(value.size() * text::escape_growth, '\0');
    out.resize(static_cast<std::size_t>(escape(out.data(), value) - out.data()));
    return out;
}

}  // namespace

TEST_CASE("plain text of any length passes every escape unchanged", "[log][escape]")
{
    const std::string plain = "Mozilla/5.0_(X11;_Linux)_'~!#$%&*+,-./:;<=>?@[]^`{|}";
    for (std::size_t length = 0; length <= plain.size(); ++length) {
        const auto part = plain.substr(0, length);
        CHECK(written(text::put_json, part) == part);
        CHECK(written(text::put_hex, part) == part);
        CHECK(written(text::put_hex_word, part) == part);
    }
}

TEST_CASE("a special byte is escaped wherever in the text it stands", "[log][escape]")
{
    struct escaped {
        char byte;
        const char *json, *hex;
    };
    for (const auto& [byte, json, hex] :
         {escaped{'"', "\\\"", "\\x22"}, escaped{'\\', "\\\\", "\\x5C"}, escaped{'\0', "\\u0000", "\\x00"},
          escaped{'\x1F', "\\u001F", "\\x1F"}, escaped{'\x7F', "\\u007F", "\\x7F"},
          escaped{'\x80', "\\u0080", "\\x80"}, escaped{'\xFF', "\\u00FF", "\\xFF"}})
        for (std::size_t at = 0; at < 20; ++at) {
            std::string value(20, 'a');
            value[at] = byte;
            CHECK(written(text::put_json, value) == std::string(20, 'a').replace(at, 1, json));
            CHECK(written(text::put_hex, value) == std::string(20, 'a').replace(at, 1, hex));
        }
}

TEST_CASE("JSON escapes quotes, backslashes and control bytes", "[log][escape]")
{
    CHECK(written(text::put_json, "a\"b\\c") == R"(a\"b\\c)");
    CHECK(written(text::put_json, "\0\t\r\n\x1B\x7F"sv) == R"(\u0000\u0009\u000D\u000A\u001B\u007F)");
}

TEST_CASE("JSON keeps well-formed UTF-8 but for what ends a line somewhere", "[log][escape]")
{
    CHECK(written(text::put_json, "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x9A\xAA") ==
          "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x9A\xAA");
    CHECK(written(text::put_json, "\xC2\x85 \xE2\x80\xA8 \xE2\x80\xA9") == R"(\u0085 \u2028 \u2029)");
    CHECK(written(text::put_json, "\xC2\xA0\xEF\xBF\xBF\xF4\x8F\xBF\xBF") ==
          "\xC2\xA0\xEF\xBF\xBF\xF4\x8F\xBF\xBF");
}

TEST_CASE("JSON escapes each byte that is no well-formed UTF-8", "[log][escape]")
{
    CHECK(written(text::put_json, "\xFF\x80") == R"(\u00FF\u0080)");
    CHECK(written(text::put_json, "\xC0\xAF") == R"(\u00C0\u00AF)");                      // overlong '/'
    CHECK(written(text::put_json, "\xE0\x80\xAF") == R"(\u00E0\u0080\u00AF)");            // the same in three
    CHECK(written(text::put_json, "\xED\xA0\x80") == R"(\u00ED\u00A0\u0080)");            // a surrogate
    CHECK(written(text::put_json, "\xF4\x90\x80\x80") == R"(\u00F4\u0090\u0080\u0080)");  // beyond U+10FFFF
    CHECK(written(text::put_json, "\xE2\x82") == R"(\u00E2\u0082)");                      // cut at the end
    CHECK(written(text::put_json, "\xE2\"\x82") == R"(\u00E2\"\u0082)");                  // hides no quote
}

TEST_CASE("the hex escape leaves printable ASCII without quote and backslash", "[log][escape]")
{
    CHECK(written(text::put_hex, "a b\"\\\n\x7F\xC3\xA9") == R"(a b\x22\x5C\x0A\x7F\xC3\xA9)");
    CHECK(written(text::put_hex_word, "a b\"\\\n") == R"(a\x20b\x22\x5C\x0A)");
}
