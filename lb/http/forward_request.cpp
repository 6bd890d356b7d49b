#include "lb/http/field_lines.hpp"
#include "lb/http/forward_head.hpp"

namespace gatehouse::lb::http {
namespace {

using forwarded = conf::header_policy::forwarded;

// Room for what we add besides the received bytes.
constexpr std::size_t own_lines = 512;

void append_request_line(std::string_view bytes, const request_head& head, std::string& out)
{
    out.append(head.method_text.of(bytes)).append(" ", 1);
    const auto target = head.target.of(bytes);
    if (!head.absolute_form) {
        out.append(target);
    } else {
        // What follows the authority, which is the origin-form but for an empty path (RFC 9112 3.2.1, 3.2.4).
        const auto rest = bytes.substr(head.authority.offset + head.authority.length,
                                       head.target.offset + head.target.length - head.authority.offset -
                                           head.authority.length);
        if (head.path.empty())
            out.append("*", 1);
        else if (rest.empty() || rest.front() != '/')
            out.append("/", 1);
        out.append(rest);
    }
    out.append(" HTTP/1.1\r\n");
}

bool passes(const field& line, const request_head& head, const forward_context& how) noexcept
{
    if (line.hop_by_hop) return false;
    switch (line.id) {
    case field_id::host:
    case field_id::content_length: return false;  // written anew
    case field_id::trailer: return head.body.how == framing::kind::chunked;
    case field_id::x_forwarded_for:
    case field_id::x_forwarded_port:
    case field_id::x_forwarded_proto: return how.forwarded_for == forwarded::preserve;
    case field_id::x_amzn_trace_id: return how.trace_id.empty();
    case field_id::traceparent: return how.traceparent.empty();
    case field_id::tracestate: return how.keep_tracestate;
    default: return true;
    }
}

// All the received lines are one list (RFC 9110 5.3); the client it came from goes last.
void append_forwarded(std::string_view bytes, const request_head& head, const forward_context& how,
                      std::string& out)
{
    out.append("X-Forwarded-For: ");
    for (const auto& line : head.fields)
        if (line.id == field_id::x_forwarded_for && !line.value.empty())
            out.append(line.value.of(bytes)).append(", ", 2);
    out.append(how.client_address).append("\r\n", 2);
    append_line(out, "X-Forwarded-Proto", how.protocol);
    append_line(out, "X-Forwarded-Port", how.listener_port);
}

void append_framing(const request_head& head, std::string& out)
{
    switch (head.body.how) {
    case framing::kind::chunked: out.append("Transfer-Encoding: chunked\r\n"); return;
    case framing::kind::length: append_content_length(out, head.body.length); return;
    case framing::kind::until_close: return;
    case framing::kind::none: break;
    }
    // "Content-Length: 0" means something where a body would (RFC 9110 8.6); on GET and HEAD it only
    // confuses.
    if (head.verb == method::get || head.verb == method::head) return;
    for (const auto& line : head.fields)
        if (line.id == field_id::content_length) return append_content_length(out, 0);
}

void append_upgrade(std::string_view bytes, const request_head& head, std::string& out)
{
    out.append("Connection: upgrade\r\n");
    for (const auto& line : head.fields)
        if (line.id == field_id::upgrade) append_line(out, "Upgrade", line.value.of(bytes));
}

}  // namespace

void write_request_head(std::string_view bytes, const request_head& head, const forward_context& how,
                        std::string& out)
{
    out.reserve(out.size() + bytes.size() + own_lines);
    append_request_line(bytes, head, out);
    append_line(out, "Host", how.host.empty() ? head.authority.of(bytes) : how.host);
    for (const auto& line : head.fields)
        if (passes(line, head, how)) append_line(out, line.name.of(bytes), line.value.of(bytes));
    if (how.forwarded_for == forwarded::append) append_forwarded(bytes, head, how, out);
    if (!how.trace_id.empty()) append_line(out, "X-Amzn-Trace-Id", how.trace_id);
    if (!how.traceparent.empty()) append_line(out, "traceparent", how.traceparent);
    if (head.upgrade) append_upgrade(bytes, head, out);
    append_framing(head, out);
    out.append("\r\n", 2);
}

}  // namespace gatehouse::lb::http
