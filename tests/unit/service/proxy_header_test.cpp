#include "service/crc32c.hpp"
#include "service/proxy_header.hpp"
#include "tests/unit/http/shared_data.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::service;
using status = proxy_header::status;
using namespace std::string_literals;

namespace {

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);

// A version 2 header: command and family bytes, then the payload behind its length.
std::string version_2(std::string_view command_and_family, std::string_view payload)
{
    std::string made = signature + std::string(command_and_family);
    made.push_back(static_cast<char>(payload.size() >> 8));
    made.push_back(static_cast<char>(payload.size() & 0xff));
    return made.append(payload);
}

const std::string tcp4 = "\xc0\0\x02\x01\xc0\0\x02\x02\x04\xd2\0\x50"s;

status state(std::string_view bytes) { return parse_proxy_header(bytes).state; }

// Complete with its last byte, undecided before.
proxy_header whole(const std::string& bytes)
{
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK(state(std::string_view(bytes).substr(0, size)) == status::need_more);
    const auto read = parse_proxy_header(bytes + "GET /");
    CHECK(read.state == status::complete);
    CHECK(read.size == bytes.size());
    return read;
}

}  // namespace

TEST_CASE("a version 1 line names both ends", "[service][proxy_header]")
{
    const auto four = whole("PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n");
    REQUIRE(four.source.has_value());
    CHECK(four.source->address().to_string() == "192.0.2.1");
    CHECK(four.source->port() == 1234);
    CHECK(four.destination->port() == 80);
    const auto six = whole("PROXY TCP6 2001:db8::1 2001:db8::2 65535 0\r\n");
    CHECK(six.source->address().to_string() == "2001:db8::1");
    CHECK_FALSE(whole("PROXY UNKNOWN\r\n").source.has_value());
    CHECK_FALSE(whole("PROXY UNKNOWN ffff:f...f 1 2 3\r\n").source.has_value());
}

TEST_CASE("a version 1 line that is not exactly one is bad", "[service][proxy_header]")
{
    for (const auto* line :
         {"PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1234 080\r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 1234 65536\r\n", "PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 1234\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
          "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n",
          "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", "PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n",
          "PROXY UNKNOWNX\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rX", "proxy TCP4", "GET / HTTP/1.1\r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2  \r\n"})
        CHECK(state(line) == status::bad);
    CHECK(state("PROXY UNKNOWN a\nb\r\n") == status::bad);
    CHECK(state("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n") == status::complete);  // 107 bytes
    CHECK(state("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n") == status::bad);
    CHECK(state(std::string("PROXY ") + std::string(101, 'x')) == status::bad);
}

TEST_CASE("a version 2 header names both ends, or none for LOCAL and UNSPEC", "[service][proxy_header]")
{
    const auto four = whole(version_2("\x21\x11", tcp4));
    CHECK(four.source->address().to_string() == "192.0.2.1");
    CHECK(four.source->port() == 1234);
    CHECK(four.destination->address().to_string() == "192.0.2.2");
    CHECK(four.destination->port() == 80);
    const auto six = whole(
        version_2("\x21\x21", std::string(15, '\0') + "\x01" + std::string(15, '\0') + "\x02\0\x01\0\x02"s));
    CHECK(six.source->address().to_string() == "::1");
    CHECK(six.destination->port() == 2);
    CHECK_FALSE(whole(version_2("\x20\0"s, "")).source.has_value());
    CHECK_FALSE(whole(version_2("\x20\x11", "anything")).source.has_value());
    CHECK_FALSE(whole(version_2("\x21\0"s, "abcd")).source.has_value());
    CHECK_FALSE(whole(version_2("\x21\x31", std::string(216, 'u'))).source.has_value());
}

TEST_CASE("a version 2 header that cannot be right is bad", "[service][proxy_header]")
{
    CHECK(state(version_2("\x22\x11", tcp4)) == status::bad);
    CHECK(state(version_2("\x11\x11", tcp4)) == status::bad);
    CHECK(state(version_2("\x21\x12", tcp4)) == status::bad);
    CHECK(state(version_2("\x21\x41", tcp4)) == status::bad);
    CHECK(state(version_2("\x21\x11", tcp4.substr(0, 11))) == status::bad);
    CHECK(state(version_2("\x21\x21", tcp4)) == status::bad);
    CHECK(state(version_2("\x21\x31", tcp4)) == status::bad);
    CHECK(state(version_2("\x21\x11", tcp4 + "\x02\0"s)) == status::bad);
    CHECK(state(version_2("\x21\x11", tcp4 + "\x02\0\x02x"s)) == status::bad);
    CHECK(state(version_2("\x21\x11", tcp4 + "\x02\0\x01x"s)) == status::complete);
    CHECK(state(version_2("\x21\x11", tcp4 + "\x03\0\x01x"s)) == status::bad);
    CHECK(state(version_2("\x21\0"s, std::string(4096 - 16, 'x'))) == status::complete);
    CHECK(state(version_2("\x21\0"s, std::string(4097 - 16, 'x')).substr(0, 16)) == status::bad);
    CHECK(state("\r\n\r\nGET") == status::bad);
}

TEST_CASE("a checksum record must hold over the whole header", "[service][proxy_header]")
{
    crc32c known;
    known.add("1234");
    known.add("56789");
    CHECK(known.value() == 0xe3069283);

    auto header = version_2("\x21\x11", tcp4 + "\x03\0\x04\0\0\0\0"s + "\x04\0\x01x"s);
    crc32c sum;
    sum.add(header);
    const auto at = header.size() - 8;
    for (unsigned i = 0; i < 4; ++i) header[at + i] = static_cast<char>(sum.value() >> (24 - 8 * i) & 0xff);
    CHECK(whole(header).source.has_value());
    header[20] = static_cast<char>(header[20] ^ 1);
    CHECK(state(header) == status::bad);
}

TEST_CASE("recorded PROXY headers of others are read, and broken ones refused",
          "[service][proxy_header][shared]")
{
    for (const auto& each : shared_lines("proxy-protocol/vectors.jsonl")) {
        CAPTURE(text_of(each, "id"));
        const auto read = parse_proxy_header(bytes_of(each, "b64"));
        if (text_of(each, "kind") == "edge") {
            const auto due = text_of(each, "expect_text");
            const bool may_accept = due.find("accept") == 0;
            CHECK((read.state == status::bad || (may_accept && read.state == status::complete)));
            if (may_accept) CHECK_FALSE(read.source.has_value());
            continue;
        }
        const auto& expected = each.at("expect").as_object();
        REQUIRE(read.state == status::complete);
        CHECK(read.size == expected.at("header_len").to_number<std::size_t>());
        const auto source = text_of(expected, "src");
        REQUIRE(read.source.has_value() == !source.empty());
        if (source.empty()) continue;
        CHECK(read.source->address().to_string() == source);
        CHECK(read.source->port() == expected.at("sport").to_number<unsigned>());
        CHECK(read.destination->address().to_string() == text_of(expected, "dst"));
        CHECK(read.destination->port() == expected.at("dport").to_number<unsigned>());
    }
}
