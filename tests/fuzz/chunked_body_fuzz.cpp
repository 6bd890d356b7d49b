#include "lb/http/body_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using gatehouse::lb::http::body_reader;
using gatehouse::lb::http::framing;

namespace {

struct result {
    std::string passed;
    body_reader::status state = body_reader::status::need_more;
    std::size_t consumed = 0;
};

// In pieces of `size` bytes, each freed before the next.
result feed(std::string_view input, std::size_t size, body_reader::pass_on form)
{
    body_reader reader({framing::kind::chunked, 0}, form);
    result all;
    while (!input.empty() && all.state == body_reader::status::need_more) {
        const auto piece = std::make_unique<std::string>(input.substr(0, size));
        input.remove_prefix(piece->size());
        std::vector<std::string_view> parts;
        for (std::string_view rest = *piece; !rest.empty() && all.state == body_reader::status::need_more;) {
            const auto step = reader.consume(rest);
            parts.insert(parts.end(), step.parts.begin(),
                         step.parts.begin() + std::ptrdiff_t(step.part_count));
            rest.remove_prefix(step.consumed);
            all.consumed += step.consumed;
            all.state = step.state;
            if (step.consumed == 0 && all.state == body_reader::status::need_more) std::abort();
        }
        for (const auto part : parts) all.passed.append(part);
    }
    return all;
}

void require(bool holds)
{
    if (!holds) std::abort();
}

}  // namespace

// The first byte says how the rest is cut. The cut must not show, and what was passed on must read as the
// same body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using form = body_reader::pass_on;
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = feed(input, input.size(), form::chunked);
    const auto cut = feed(input, std::size_t(data[0]) % 32 + 1, form::chunked);
    require(whole.state == cut.state);
    if (whole.state == body_reader::status::bad) return 0;
    require(whole.passed == cut.passed && whole.consumed == cut.consumed);
    const auto decoded = feed(input, input.size(), form::decoded);
    const auto again = feed(whole.passed, whole.passed.size(), form::chunked);
    require(again.state == whole.state);
    // A size of zero is passed on when its line goes on, so an unfinished body may lack it the second time.
    require(again.passed == whole.passed.substr(0, again.passed.size()));
    require(whole.state != body_reader::status::complete || again.passed == whole.passed);
    require(feed(whole.passed, whole.passed.size(), form::decoded).passed == decoded.passed);
    return 0;
}
