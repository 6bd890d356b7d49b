#include "lb/http/forward_head.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

constexpr head_limits wide{
    .request_line = 1 << 20, .field_line = 1 << 20, .head = 1 << 20, .field_count = 1000};

// What goes on to a target must be a request again, and the same one: nothing of it may be read in another
// way.
void check_forwarded(std::string_view head, const request_head& parsed)
{
    std::string sent;
    const forward_context how{.client_address = "192.0.2.1", .protocol = "http", .listener_port = "80"};
    write_request_head(head, parsed, how, sent);
    if (parsed.authority.empty())
        return;  // HTTP/1.0 without a Host: its empty one is legal to send, not to accept
    request_head read;
    require(parse_request_head(sent, wide, read) == refusal::none);
    require(read.verb == parsed.verb && read.method_text.of(sent) == parsed.method_text.of(head));
    require(read.body.how == parsed.body.how && read.body.length == parsed.body.length);
    require(read.upgrade == parsed.upgrade && read.authority.of(sent) == parsed.authority.of(head));
    require(read.path.of(sent) == parsed.path.of(head) && read.query.of(sent) == parsed.query.of(head));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    head_scanner whole, slow;
    const auto found = whole.scan(bytes, {});
    auto state = head_scanner::status::need_more;
    for (std::size_t seen = 1; seen <= size && state == head_scanner::status::need_more; ++seen)
        state = slow.scan(bytes.substr(0, seen), {});
    require(state == found && slow.size() == whole.size() && slow.start() == whole.start());

    request_head parsed;
    parse_request_head(bytes, {}, parsed);  // whatever it is, as if the scanner had let it through
    if (found != head_scanner::status::complete) return 0;
    const auto head = bytes.substr(whole.start(), whole.size() - whole.start());
    if (parse_request_head(head, {}, parsed) == refusal::none) check_forwarded(head, parsed);
    return 0;
}
