#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::lb::http;
using status = body_reader::status;
using kind = framing::kind;

namespace {

const body_reader chunked({kind::chunked, 0});
const body_reader decoded({kind::chunked, 0}, body_reader::pass_on::decoded);

// The result, the same for every way to cut the input in two, and for single bytes.
read_body feed_cut(const body_reader& reader, std::string_view input)
{
    const auto whole = feed(reader, input);
    std::vector<std::size_t> every;
    for (std::size_t cut = 1; cut < input.size(); ++cut) {
        every.push_back(cut);
        const auto halves = feed(reader, input, {cut});
        CHECK(halves.state == whole.state);
        if (whole.state != status::bad) CHECK(halves == whole);
    }
    const auto bytes = feed(reader, input, every);
    CHECK(bytes.state == whole.state);
    if (whole.state != status::bad) CHECK(bytes == whole);
    return whole;
}

bool bad(std::string_view input) { return feed_cut(chunked, input).state == status::bad; }

}  // namespace

TEST_CASE("a body of a length ends after it", "[http][body_reader]")
{
    const body_reader five({kind::length, 5});
    CHECK(feed_cut(five, "hello") == read_body{"hello", status::complete, 5});
    CHECK(feed_cut(five, "helloGET /") == read_body{"hello", status::complete, 5});
    CHECK(feed_cut(five, "hell") == read_body{"hell", status::need_more, 4});
    body_reader reader = five;
    CHECK_FALSE(reader.complete());
    CHECK(reader.consume("hell").state == status::need_more);
    CHECK(reader.finish() == status::bad);
    CHECK(reader.consume("o").state == status::complete);
    CHECK(reader.complete());
    CHECK(reader.passed() == 5);
    CHECK(reader.finish() == status::complete);
    CHECK(reader.consume("more").consumed == 0);
}

TEST_CASE("a body until close ends with its connection, and no body at once", "[http][body_reader]")
{
    body_reader open({kind::until_close, 0});
    CHECK(open.consume("anything").consumed == 8);
    CHECK_FALSE(open.complete());
    CHECK(open.finish() == status::complete);

    body_reader none;
    CHECK(none.complete());
    CHECK(none.consume("GET").state == status::complete);
    CHECK(none.consume("GET").consumed == 0);
}

TEST_CASE("chunks are passed on as they are or without their framing", "[http][body_reader]")
{
    const std::string body = "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
    CHECK(feed_cut(chunked, body) == read_body{body, status::complete, body.size()});
    CHECK(feed_cut(chunked, body + "GET /") == read_body{body, status::complete, body.size()});
    CHECK(feed_cut(decoded, body) == read_body{"hello world", status::complete, body.size()});
    CHECK(feed_cut(chunked, "0\r\n\r\n") == read_body{"0\r\n\r\n", status::complete, 5});
    CHECK(feed(chunked, "A\r\n0123456789\r\n0\r\n\r\n").state == status::complete);

    body_reader reader = chunked;
    const auto step = reader.consume(body);
    CHECK(step.part_count == 1);  // what touches is one part, so that a relay sends it with one call
    CHECK(reader.passed() == body.size());
}

TEST_CASE("sizes lose their zeros and lines their extensions", "[http][body_reader]")
{
    CHECK(feed_cut(chunked, "0005\r\nhello\r\n000\r\n\r\n").passed == "5\r\nhello\r\n0\r\n\r\n");
    CHECK(feed_cut(chunked, "5;a\r\nhello\r\n0;b=c\r\n\r\n").passed == "5\r\nhello\r\n0\r\n\r\n");
    CHECK(
        feed_cut(chunked, "10;a=b;c=\"d;\\\"\\\\ \t\xe9\"\t; e\r\n0123456789abcdef\r\n0 ;x\r\n\r\n").passed ==
        "10\r\n0123456789abcdef\r\n0\r\n\r\n");
    CHECK(feed_cut(chunked, "1 \t; \ta \t= \tb\r\nx\r\n0\r\n\r\n").passed == "1\r\nx\r\n0\r\n\r\n");
    CHECK(feed_cut(chunked, "1;a =\"b\" ;c\r\nx\r\n0\r\n\r\n").passed == "1\r\nx\r\n0\r\n\r\n");
}

TEST_CASE("what is not chunked coding is bad", "[http][body_reader]")
{
    for (const auto* input :
         {"\r\n", " 5\r\n", "+5\r\n", "-1\r\n", "0x5\r\n", "1_0\r\n", "g\r\n", "5 \r\n", "5\n", "5\r5",
          "5\rhello", ";a\r\n", "5 x\r\n", "FFFFFFFFFFFFFFFF0\r\n", "00000000000000000\r\n"})
        CHECK(bad(input));
    for (const auto* input :
         {"5;\r\n", "5; \r\n", "5;\n", "5;a\rX\r\n", "5;a=\r\n", "5;a=;b\r\n", "5;=b\r\n", "5;a=\"b\r\n",
          "5;a=\"b\n\"\r\n", "5;a=\"b\\\r\"\r\n", "5;a b\r\n", "5;a=b c\r\n", "5;a=\"b\"c\r\n", "5;a \r\n",
          "5;a[\r\n", "5;a;;b\r\n", "5;a=\"\x01\"\r\n"})
        CHECK(bad(input));
    for (const auto* input : {"5\r\nhello!!\r\n", "5\r\nhello\n", "5\r\nhello0\r\n", "1\r\nx\r\r\n"})
        CHECK(bad(input));
}

TEST_CASE("the largest size is taken and never overflows", "[http][body_reader]")
{
    body_reader reader = chunked;
    CHECK(reader.consume("FFFFFFFFFFFFFFFF\r\nabc").state == status::need_more);
    CHECK(feed(chunked, "0000000000000001\r\nx\r\n0\r\n\r\n").state == status::complete);
}

TEST_CASE("extensions are bounded over the whole body", "[http][body_reader]")
{
    std::string body;
    for (int i = 0; i < 40; ++i) body += "1;" + std::string(100, 'a') + "\r\nx\r\n";
    CHECK(feed(chunked, body).state == status::need_more);
    CHECK(feed(chunked, body + "1;" + std::string(100, 'a') + "\r\n").state == status::bad);
}

TEST_CASE("a step with no room left says so and goes on where it stopped", "[http][body_reader]")
{
    std::string body;
    for (int i = 0; i < 100; ++i) body += "1;a\r\nx\r\n";
    body += "0\r\n\r\n";
    body_reader reader = chunked;
    const auto first = reader.consume(body);
    CHECK(first.full());
    CHECK(first.consumed < body.size());
    CHECK(first.state == status::need_more);
    std::string expected;
    for (int i = 0; i < 100; ++i) expected += "1\r\nx\r\n";
    CHECK(feed(chunked, body) == read_body{expected + "0\r\n\r\n", status::complete, body.size()});
    CHECK(feed(decoded, body) == read_body{std::string(100, 'x'), status::complete, body.size()});
}

TEST_CASE("a bad body stays bad", "[http][body_reader]")
{
    body_reader reader = chunked;
    CHECK(reader.consume("x").state == status::bad);
    CHECK(reader.consume("0\r\n\r\n").state == status::bad);
    CHECK(reader.finish() == status::bad);
}
