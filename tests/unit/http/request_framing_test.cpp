#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;
using kind = framing::kind;

namespace {

refusal post(std::initializer_list<std::string_view> lines) { return parsed_request(post_with(lines)).why; }

}  // namespace

TEST_CASE("a request's body is none, of a length, or chunked", "[http][request_head]")
{
    CHECK(parsed_request(post_with({})).head.body.how == kind::none);
    CHECK(parsed_request(post_with({"Content-Length: 0"})).head.body.how == kind::none);
    const parsed_request sized(post_with({"Content-Length:  0042\t"}));
    CHECK(sized.head.body.how == kind::length);
    CHECK(sized.head.body.length == 42);
    CHECK(parsed_request(post_with({"transfer-encoding: Chunked"})).head.body.how == kind::chunked);
    const parsed_request largest(post_with({"Content-Length: 18446744073709551615"}));
    CHECK(largest.head.body.length == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("a Content-Length is one number", "[http][request_head]")
{
    for (const auto* value : {"", "+5", "-1", "5, 5", "5,", "0x5", "5 5", "5.0", "0o5", "1_0",
                              "18446744073709551616", "99999999999999999999999", "\xb2", "5;a"})
        CHECK(post({"Content-Length: " + std::string(value)}) == refusal::bad_content_length);
    CHECK(post({"Content-Length: 5", "Content-Length: 5"}) == refusal::bad_content_length);
    CHECK(post({"Content-Length: 5", "Content-Length: 6"}) == refusal::bad_content_length);
}

TEST_CASE("a Transfer-Encoding is chunked, once, alone, in HTTP/1.1", "[http][request_head]")
{
    for (const auto* value : {"chunked, chunked", "chunked, gzip", "chunked,", ", chunked", "chunked;a=b", "",
                              "\"chunked\"", "chunked chunked", "chunked\\", "(chunked)", "chunked/1"})
        CHECK(post({"Transfer-Encoding: " + std::string(value)}) == refusal::bad_transfer_encoding);
    for (const auto* value :
         {"gzip", "gzip, chunked", "identity", "xchunked", "chunkedchunked", "gzip;q=1", "deflate"})
        CHECK(post({"Transfer-Encoding: " + std::string(value)}) == refusal::unknown_transfer_coding);
    CHECK(post({"Transfer-Encoding: chunked", "Transfer-Encoding: chunked"}) ==
          refusal::bad_transfer_encoding);
    CHECK(post({"Transfer-Encoding: gzip", "Transfer-Encoding: chunked"}) ==
          refusal::unknown_transfer_coding);
    CHECK(post({"Transfer-Encoding: chunked", "Transfer-Encoding: identity"}) ==
          refusal::bad_transfer_encoding);
    CHECK(parsed_request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").why ==
          refusal::bad_transfer_encoding);
}

TEST_CASE("a length and a coding together are refused in either order", "[http][request_head]")
{
    CHECK(post({"Content-Length: 5", "Transfer-Encoding: chunked"}) == refusal::ambiguous_framing);
    CHECK(post({"Transfer-Encoding: chunked", "Content-Length: 5"}) == refusal::ambiguous_framing);
    CHECK(post({"Transfer-Encoding: gzip", "Content-Length: 5"}) == refusal::ambiguous_framing);
    CHECK(post({"Content-Length: 5", "Transfer-Encoding: x"}) == refusal::ambiguous_framing);
}

TEST_CASE("a name that some parsers take for a framing field is refused", "[http][request_head]")
{
    for (const auto* name :
         {"Transfer_Encoding", "Transfer.Encoding", "TransferEncoding", "Transfer--Encoding",
          "-Transfer-Encoding", "Transfer-Encoding'", "Content_Length", "CONTENT-LENGTH_"})
        CHECK(post({std::string(name) + ": 5"}) == refusal::bad_field);
    for (const auto* name :
         {"Content-Language", "X-Content-Length", "Content-Lengths", "Content-Security-Policy",
          "Transfer-Encodings", "X-Transfer-Encoding", "Accept-Transfer-Encoding"})
        CHECK(post({std::string(name) + ": 5"}) == refusal::none);
}
