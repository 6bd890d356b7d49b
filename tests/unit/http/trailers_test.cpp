#include "lb/http/trailer_field.hpp"
#include "tests/unit/http/wire.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gatehouse::lb::http;
using status = body_reader::status;

namespace {

const body_reader chunked({framing::kind::chunked, 0});
const body_reader decoded({framing::kind::chunked, 0}, body_reader::pass_on::decoded);

}  // namespace

TEST_CASE("trailers that frame, route or authenticate do not come through", "[http][trailers]")
{
    for (const auto* name : {"Content-Length",
                             "transfer-encoding",
                             "Host",
                             "Trailer",
                             "Connection",
                             "TE",
                             "Upgrade",
                             "Authorization",
                             "Cookie",
                             "Set-Cookie",
                             "Content-Encoding",
                             "Content-Type",
                             "Content-Range",
                             "X-Forwarded-For",
                             "X-Forwarded-Anything",
                             "Keep-Alive",
                             "Proxy-Whatever",
                             "Transfer_Encoding",
                             "traceparent",
                             "Expect",
                             "Location"})
        CHECK(judge_trailer(std::string(name) + ": x") == trailer_verdict::remove);
    for (const auto* line :
         {"grpc-status: 0", "Server-Timing: a;dur=1", "ETag: \"x\"", "X-Checksum:", "Digest: a=\xff"})
        CHECK(judge_trailer(line) == trailer_verdict::pass);
    for (const auto* line : {"", "x", ": x", "a b: c", " a: b", "a : b", "a: \x01", "a: b\rc", "a: \x7f"})
        CHECK(judge_trailer(line) == trailer_verdict::bad);
}

TEST_CASE("trailers are the same in one piece, in two and in single bytes", "[http][trailers]")
{
    const std::string input = "1\r\nx\r\n0\r\nChecksum: abc\r\nHost: evil\r\ngrpc-status: 0\r\n\r\nGET";
    const std::string expected = "1\r\nx\r\n0\r\nChecksum: abc\r\ngrpc-status: 0\r\n\r\n";
    const read_body whole{expected, status::complete, input.size() - 3};
    std::vector<std::size_t> every;
    for (std::size_t cut = 0; cut < input.size(); ++cut) {
        CHECK(feed(chunked, input, {cut}) == whole);
        for (std::size_t second = cut; second < input.size(); second += 3)
            CHECK(feed(chunked, input, {cut, second}) == whole);
        every.push_back(cut);
    }
    CHECK(feed(chunked, input, every) == whole);
    CHECK(feed(decoded, input, every) == read_body{"x", status::complete, input.size() - 3});
}

TEST_CASE("a trailer section that is malformed or too long is bad", "[http][trailers]")
{
    CHECK(feed(chunked, "0\r\nA: b\n\r\n").state == status::bad);
    CHECK(feed(chunked, "0\r\n\n").state == status::bad);
    CHECK(feed(chunked, "0\r\nA: b\r\n c\r\n\r\n").state == status::bad);
    CHECK(feed(chunked, "0\r\nA\r\n\r\n").state == status::bad);
    CHECK(feed(chunked, "0\r\nA: " + std::string(8000, 'x') + "\r\n\r\n").state == status::complete);
    CHECK(feed(chunked, "0\r\nA: " + std::string(8192, 'x')).state == status::bad);
    std::string many = "0\r\n";
    for (int i = 0; i < 2000; ++i) many += "A: b\r\n";
    CHECK(feed(chunked, many).state == status::bad);
}
