#include "tests/unit/http/wire.hpp"

#include "lb/http/head_scanner.hpp"

#include <memory>
#include <vector>

using namespace gatehouse::lb;
using namespace gatehouse::lb::http;

parsed_request::parsed_request(std::string_view from, head_limits limits)
    : bytes(from), why(parse_request_head(bytes, limits, head))
{}

std::string parsed_request::forwarded(forward_context how) const
{
    std::string out;
    write_request_head(bytes, head, how, out);
    return out;
}

parsed_response::parsed_response(std::string_view from, method asked)
    : bytes(from), why(parse_response_head(bytes, asked, {}, head))
{}

std::string parsed_response::forwarded(respond_context how) const
{
    std::string out;
    write_response_head(bytes, head, how, out);
    return out;
}

std::string post_with(std::initializer_list<std::string_view> lines)
{
    std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
    for (const auto line : lines) head.append(line).append("\r\n");
    return head + "\r\n";
}

read_body feed(body_reader reader, std::string_view input, const std::vector<std::size_t>& cuts)
{
    read_body result;
    std::size_t from = 0;
    for (std::size_t i = 0; i <= cuts.size(); ++i) {
        const auto to = i < cuts.size() ? cuts[i] : input.size();
        // A copy of its own, so that a view kept too long is seen by a sanitizer.
        const auto piece = std::make_unique<std::string>(input.substr(from, to - from));
        std::vector<std::string_view> parts;
        std::size_t used = 0;
        while (used < piece->size()) {
            const auto step = reader.consume(std::string_view(*piece).substr(used));
            parts.insert(parts.end(), step.parts.begin(),
                         step.parts.begin() + std::ptrdiff_t(step.part_count));
            used += step.consumed;
            result.state = step.state;
            if (step.state != body_reader::status::need_more || !step.full()) break;
        }
        for (const auto part : parts) result.passed.append(part);
        result.consumed += used;
        if (result.state != body_reader::status::need_more) break;
        from = to;
    }
    return result;
}

namespace {

// Reads a body off `bytes`, in both forms. False when the message did not end there.
bool take_body(std::string_view& bytes, framing body, refusal if_bad, read_messages& out)
{
    if (body.how == framing::kind::none) return true;
    const auto raw = feed(body_reader(body), bytes);
    out.forward.append(raw.passed);
    out.body.append(feed(body_reader(body, body_reader::pass_on::decoded), bytes).passed);
    bytes.remove_prefix(raw.consumed);
    if (raw.state == body_reader::status::bad) out.why = if_bad;
    return raw.state == body_reader::status::complete;
}

}  // namespace

read_messages read_requests(std::string_view bytes)
{
    read_messages out;
    request_head head;
    while (!bytes.empty()) {
        head_scanner scanner;
        const auto found = scanner.scan(bytes, {});
        if (found == head_scanner::status::refused) out.why = scanner.reason();
        if (found != head_scanner::status::complete) break;
        const auto text = bytes.substr(scanner.start(), scanner.size() - scanner.start());
        out.why = parse_request_head(text, {}, head);
        if (out.why != refusal::none) break;
        write_request_head(text, head, {}, out.forward);
        bytes.remove_prefix(scanner.size());
        if (!take_body(bytes, head.body, refusal::bad_chunk, out)) break;
        ++out.complete;
        if (head.upgrade || !head.keep_alive) break;
    }
    return out;
}

read_messages read_responses(std::string_view bytes, bool closed)
{
    read_messages out;
    response_head head;
    while (!bytes.empty()) {
        head_scanner scanner;
        const auto found = scanner.scan(bytes, {});
        if (found == head_scanner::status::refused || scanner.start() != 0)
            out.why = refusal::target_bad_response;
        if (found != head_scanner::status::complete || scanner.start() != 0) break;
        const auto text = bytes.substr(0, scanner.size());
        out.why = parse_response_head(text, method::get, {}, head);
        if (out.why != refusal::none) break;
        bytes.remove_prefix(scanner.size());
        const bool ended = take_body(bytes, head.body, refusal::target_bad_response, out);
        if (!ended && !(closed && head.body.how == framing::kind::until_close)) break;
        ++out.complete;
        if (head.upgrade || !head.keep_alive) break;
    }
    return out;
}
