#include "lb/http/forward_head.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

// What goes on to a client must be a response again, of the same status and framing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr head_limits wide{
        .request_line = 1 << 20, .field_line = 1 << 20, .head = 1 << 20, .field_count = 1000};
    const std::string_view head(reinterpret_cast<const char*>(data), size);
    response_head parsed, read;
    for (const auto asked : {method::get, method::head}) {
        if (parse_response_head(head, asked, {}, parsed) != refusal::none) continue;
        std::string sent;
        write_response_head(head, parsed, {.date = "now"}, sent);
        if (parse_response_head(sent, asked, wide, read) != refusal::none) std::abort();
        if (read.status != parsed.status || read.body.how != parsed.body.how) std::abort();
        if (read.body.length != parsed.body.length) std::abort();
    }
    return 0;
}
