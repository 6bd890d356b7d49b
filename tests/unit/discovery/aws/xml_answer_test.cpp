#include "discovery/aws/xml_answer.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::discovery::aws;

namespace {

std::string child_of(const std::string& body)
{
    const auto read = parse_answer(body, "A");
    REQUIRE(read.has_value());
    return text_at((*read)->document_element(), "b");
}

std::string refusal_of(std::string_view body)
{
    const auto read = parse_answer(body, "A");
    REQUIRE(read.has_error());
    CHECK(read.error().kind == error_kind::invalid_answer);
    return read.error().message;
}

}  // namespace

TEST_CASE("an element's text is read whole", "[discovery][aws][xml]")
{
    CHECK(child_of("<A><b>one</b></A>") == "one");
    CHECK(child_of("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<A>\n  <b>one</b>\n</A>\n") ==
          "one");
    CHECK(child_of("<A><b>on<!-- not -->e <![CDATA[<&>]]> more</b></A>") == "one <&> more");
    CHECK(child_of("<A><b>a &amp;&lt;&gt;&quot;&apos; &#233;&#xE9;</b></A>") == "a &<>\"' \xc3\xa9\xc3\xa9");
    CHECK(child_of("<A><b> </b></A>") == " ");  // a tag may be a blank
    CHECK(child_of("<A><b/></A>").empty());
    CHECK(child_of("<A/>").empty());
    CHECK(child_of("<A><b>first</b><b>second</b></A>") == "first");
    CHECK(child_of("<A><c><b>deeper</b></c></A>").empty());
}

TEST_CASE("text that would do harm elsewhere is made harmless", "[discovery][aws][xml]")
{
    CHECK(child_of("<A><b>a&#27;[2Jb&#1;</b></A>") == "a?[2Jb?");
    CHECK(child_of("<A><b>\xff\xc3\xa9</b></A>") == "???");
    CHECK(child_of("<A><b>a&#xD800;b</b></A>") == "a???b");  // half of a pair is no character
    CHECK(child_of("<A><b>two\nlines\t</b></A>") == "two\nlines\t");
}

TEST_CASE("a document with a DTD is refused, whatever it would expand to", "[discovery][aws][xml]")
{
    std::string bomb = "<?xml version=\"1.0\"?><!DOCTYPE A [<!ENTITY e0 \"lol\">";
    for (int i = 1; i < 10; ++i) {
        bomb += "<!ENTITY e" + std::to_string(i) + " \"";
        for (int j = 0; j < 10; ++j) bomb += "&e" + std::to_string(i - 1) + ";";
        bomb += "\">";
    }
    bomb += "]><A><b>&e9;</b></A>";
    CHECK(refusal_of(bomb) == "the answer has a DOCTYPE");
    CHECK(refusal_of("<!DOCTYPE A SYSTEM \"file:///etc/passwd\"><A/>") == "the answer has a DOCTYPE");
    CHECK(child_of("<A><b>&e9;</b></A>") == "&e9;");  // an unknown entity is its own name
}

TEST_CASE("what is not the expected document is refused", "[discovery][aws][xml]")
{
    CHECK(refusal_of("<B><b>one</b></B>") == "the answer is B, not A");
    CHECK(refusal_of("<A/><A/>") == "the answer is not one XML document");
    for (const auto* body : {"", " ", "<", "<A", "<A>", "<A><b></A>", "<A></B>", "</A>", "A", "{}", "<?xml?>",
                             "<!-- A -->", "<A b=c/>", "<A><b>", "<A><![CDATA[</A>"})
        CHECK_FALSE(refusal_of(body).empty());
    CHECK(refusal_of(std::string_view("<A/>\0<B/>", 9)) == "the answer is binary");
    const std::string utf16("<\0A\0/\0>\0", 8);
    CHECK(refusal_of(utf16) == "the answer is binary");
}

TEST_CASE("an answer cut anywhere is refused", "[discovery][aws][xml]")
{
    const std::string whole =
        "<?xml version=\"1.0\"?><A x='1'><b>one &amp; two</b><c/><!-- d --><e>3</e></A>";
    REQUIRE(parse_answer(whole, "A").has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(whole.substr(0, size));
        CHECK(parse_answer(whole.substr(0, size), "A").has_error());
    }
}

TEST_CASE("an answer may be 32 MiB and no more", "[discovery][aws][xml]")
{
    std::string body = "<A><b>one</b>";
    body.append(longest_answer - body.size() - 4, ' ');
    body += "</A>";
    REQUIRE(body.size() == longest_answer);
    CHECK(child_of(body) == "one");
    body.insert(3, " ");
    CHECK(refusal_of(body) == "the answer is longer than 32 MiB");
}

TEST_CASE("depth costs no stack", "[discovery][aws][xml]")
{
    std::string deep;
    for (int i = 0; i < 300000; ++i) deep += "<A>";
    for (int i = 0; i < 300000; ++i) deep += "</A>";
    CHECK(parse_answer(deep, "A").has_value());
}
