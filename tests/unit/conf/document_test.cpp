#include "conf/document.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::conf;

namespace {

std::string problem(std::string_view text)
{
    const auto read = read_document(text, "f.yaml");
    return read.problem ? to_string(*read.problem) : "";
}

std::string repeated(std::string_view text, int times)
{
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

}  // namespace

TEST_CASE("every value of a document knows its line and column", "[conf][document]")
{
    const auto read = read_document("a: 1\nb:\n  - x\n  - {c: [y]}\nd:\n", "f.yaml");
    REQUIRE_FALSE(read.problem.has_value());
    const auto& entries = read.root.entries;
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].value.line == 1);
    CHECK(entries[0].value.column == 4);
    CHECK(entries[1].value.items.at(0).line == 3);
    CHECK(entries[1].value.items.at(1).entries.at(0).value.items.at(0).column == 10);
    CHECK(entries[2].value.is == node::kind::nothing);  // it has no place of its own: that of its key
    CHECK(entries[2].value.line == 5);
    CHECK(entries[2].value.column == 1);
}

TEST_CASE("duplicate keys stay visible", "[conf][document]")
{
    CHECK(read_document("a: 1\na: 2\n", "f.yaml").root.entries.size() == 2);
}

TEST_CASE("an alias is a copy of what it names", "[conf][document]")
{
    const auto read = read_document("a: &x { k: v }\nb: *x\n", "f.yaml");
    REQUIRE(read.root.entries.size() == 2);
    CHECK(read.root.entries[1].value.entries.at(0).value.scalar == "v");
}

TEST_CASE("broken YAML is reported where it breaks", "[conf][document]")
{
    CHECK(problem("a: [1, 2") == "f.yaml:1:9: YAML syntax: end of sequence flow not found");
    CHECK(problem("a: 1\n b: 2\n") == "f.yaml:2:3: YAML syntax: illegal map value");
    CHECK(problem("a: 'x\n") == "f.yaml:2:1: YAML syntax: illegal EOF in scalar");
    CHECK(problem("a: *x\n") == "f.yaml:1:4: YAML syntax: the referenced anchor is not defined");
    CHECK(problem("a: 1\n--- \nb: 2\n") == "f.yaml:2:1: expected one YAML document, found a second one");
    CHECK(problem("a: !thing 1\n") == "f.yaml:1:4: YAML tags have no meaning here, found '!thing'");
}

TEST_CASE("text that is not text is refused before it is parsed", "[conf][document]")
{
    CHECK(problem(std::string_view("a: 1\nb\0: 2", 10)) == "f.yaml:2:2: control character \\x00 in the file");
    CHECK(problem("a: \x1b[0m") == "f.yaml:1:4: control character \\x1b in the file");
    CHECK(problem("a: \xff") == "f.yaml:1:4: is not UTF-8 text");
    CHECK(problem("a: \xc0\xaf") == "f.yaml:1:4: is not UTF-8 text");
    CHECK(problem("a: \xed\xa0\x80") == "f.yaml:1:4: is not UTF-8 text");
    CHECK(problem("a: \xf4\x90\x80\x80") == "f.yaml:1:4: is not UTF-8 text");
    CHECK(problem("a: \xe2\x82") == "f.yaml:1:4: is not UTF-8 text");
    CHECK(problem("a: gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x9a\xaa\n").empty());
    CHECK(problem("\xef\xbb\xbf"
                  "a: 1\r\n")
              .empty());
}

TEST_CASE("a document nests 64 levels and no more", "[conf][document]")
{
    CHECK(problem(repeated("[", 64) + repeated("]", 64)).empty());
    const std::string too_deep = "nested too deeply, at most 64 levels are allowed";
    CHECK(problem(repeated("[", 65) + repeated("]", 65)) == "f.yaml:1:65: " + too_deep);
    for (const auto* opening : {"[", "{a: ", "- ", "? ", "[a: "})
        CHECK(problem(repeated(opening, 200000)).find(too_deep) != std::string::npos);
}

TEST_CASE("a file of more than 4 MiB is refused", "[conf][document]")
{
    CHECK(problem("a: 1\n" + repeated("#", 4 * 1024 * 1024 - 5)).empty());
    CHECK(problem("a: 1\n" + repeated("#", 4 * 1024 * 1024 - 4)) == "f.yaml: is larger than 4 MiB");
}

TEST_CASE("aliases cannot make a small file a huge document", "[conf][document]")
{
    std::string laughs = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (char level = '1'; level <= '8'; ++level) {
        const std::string before(1, static_cast<char>(level - 1));
        laughs += std::string("b") + level + ": &a" + level + " [" + repeated("*a" + before + ", ", 9) +
                  "*a" + before + "]\n";
    }
    CHECK(problem(laughs).find("too much content, aliases included") != std::string::npos);
    CHECK(problem("a: &x " + repeated("y", 1 << 20) + "\nb: [" + repeated("*x, ", 1000) + "]\n")
              .find("too much content, aliases included") != std::string::npos);
    CHECK(problem("a: &x [*x, *x]\n") == "f.yaml:1:8: an alias stands inside the value it names");
    CHECK(problem("a: &x " + repeated("[", 40) + repeated("]", 40) + "\nb: " + repeated("[", 40) + "*x" +
                  repeated("]", 40) + "\n") ==
          "f.yaml:2:44: nested too deeply, at most 64 levels are allowed");
}
