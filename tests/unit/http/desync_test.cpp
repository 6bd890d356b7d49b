#include "lb/http/desync.hpp"
#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;
using reason = desync_reason;
using tier = desync_class;

namespace {

void check(std::string_view head, tier expected_tier, reason expected_reason)
{
    const parsed_request got(head);
    CAPTURE(got.bytes);
    CHECK(got.head.desync.tier == expected_tier);
    CHECK(to_string(got.head.desync.reason) == to_string(expected_reason));
}

}  // namespace

TEST_CASE("classes and reasons have ALB's names", "[http][desync]")
{
    CHECK(to_string(tier::compliant) == "Compliant");
    CHECK(to_string(tier::severe) == "Severe");
    CHECK(to_string(reason::none) == "-");
    CHECK(to_string(reason::get_head_zero_content_length) == "GetHeadZeroContentLength");
    CHECK(to_string(reason::multiple_transfer_encoding_chunked) == "MultipleTransferEncodingChunked");
}

TEST_CASE("a body where none has a meaning is let through and remarked on", "[http][desync]")
{
    const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
    check(get + "\r\n", tier::compliant, reason::none);
    check(get + "Content-Length: 0\r\n\r\n", tier::acceptable, reason::get_head_zero_content_length);
    check(get + "Content-Length: 1\r\n\r\n", tier::ambiguous, reason::undefined_content_length_semantics);
    check(get + "Transfer-Encoding: chunked\r\n\r\n", tier::ambiguous,
          reason::undefined_transfer_encoding_semantics);
    check(post_with({"Content-Length: 1"}), tier::compliant, reason::none);
    CHECK(parsed_request(get + "Content-Length: 1\r\n\r\n").why == refusal::none);
}

TEST_CASE("what is refused is classified all the same", "[http][desync]")
{
    check(post_with({"Content-Length: x"}), tier::severe, reason::bad_content_length);
    check(post_with({"Content-Length: 1", "Content-Length: 2"}), tier::severe,
          reason::multiple_content_length);
    check(post_with({"Content-Length: 1", "Content-Length: 1"}), tier::ambiguous,
          reason::duplicate_content_length);
    check(post_with({"Transfer-Encoding: chunked", "Transfer-Encoding: chunked"}), tier::severe,
          reason::multiple_transfer_encoding_chunked);
    check(post_with({"Transfer-Encoding: pigeons"}), tier::severe, reason::bad_transfer_encoding);
    check(post_with({"Transfer-Encoding: gzip"}), tier::compliant, reason::none);
    check(post_with({"Transfer-Encoding: chunked, gzip"}), tier::severe, reason::bad_transfer_encoding);
    check(post_with({"Transfer-Encoding: chunked", "Content-Length: 1"}), tier::ambiguous,
          reason::both_te_cl_present);
    check(post_with({"Transfer_Encoding: chunked"}), tier::ambiguous, reason::suspicious_header);
    check(post_with({": x"}), tier::ambiguous, reason::empty_header);
    check(post_with({"no colon"}), tier::ambiguous, reason::suspicious_header);
    check(post_with({"A b: x"}), tier::acceptable, reason::non_compliant_header);
    check(post_with({std::string_view("A: \0", 4)}), tier::severe, reason::bad_header);
    check("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", tier::severe, reason::bad_method);
    check("GET / HTTX/1.1\r\nHost: a\r\n\r\n", tier::severe, reason::bad_version);
    check("GET / HTTP/1.2\r\nHost: a\r\n\r\n", tier::acceptable, reason::non_compliant_version);
    check("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", tier::acceptable, reason::space_in_uri);
    check("GET /\ta HTTP/1.1\r\nHost: a\r\n\r\n", tier::ambiguous, reason::ambiguous_uri);
    check("GET /\ra HTTP/1.1\r\nHost: a\r\n\r\n", tier::severe, reason::bad_uri);
}
