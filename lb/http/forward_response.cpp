#include "lb/http/field_lines.hpp"
#include "lb/http/forward_head.hpp"

namespace gatehouse::lb::http {
namespace {

bool bodiless(const response_head& head) noexcept { return head.status < 200 || head.status == 204; }

bool passes(const field& line, const response_head& head, const respond_context& how) noexcept
{
    if (line.hop_by_hop) return false;
    switch (line.id) {
    // One that frames the body is written anew; one without a body behind it describes what HEAD and 304
    // stand for, or says zero; a 1xx or 204 must not have it (RFC 9110 8.6).
    case field_id::content_length: return head.body.how == framing::kind::none && !bodiless(head);
    case field_id::trailer: return head.body.how == framing::kind::chunked && !how.decode_chunks;
    case field_id::server: return !how.remove_server;
    default: return true;
    }
}

bool has(const response_head& head, field_id id) noexcept
{
    for (const auto& line : head.fields)
        if (line.id == id) return true;
    return false;
}

// 101 switches, and 426 must say to what (RFC 9110 15.5.22).
void append_upgrade(std::string_view bytes, const response_head& head, std::string& out)
{
    if ((!head.upgrade && head.status != 426) || !has(head, field_id::upgrade)) return;
    out.append("Connection: upgrade\r\n");
    for (const auto& line : head.fields)
        if (line.id == field_id::upgrade) append_line(out, "Upgrade", line.value.of(bytes));
}

void append_framing(const response_head& head, const respond_context& how, std::string& out)
{
    if (head.body.how == framing::kind::length) append_content_length(out, head.body.length);
    if (head.body.how == framing::kind::chunked && !how.decode_chunks)
        out.append("Transfer-Encoding: chunked\r\n");
}

}  // namespace

void write_response_head(std::string_view bytes, const response_head& head, const respond_context& how,
                         std::string& out)
{
    out.reserve(out.size() + bytes.size() + how.extra_fields.size() + 256);
    out.append("HTTP/1.1 ");
    append_number(out, head.status);
    out.append(" ", 1).append(head.reason.of(bytes)).append("\r\n", 2);
    for (const auto& line : head.fields)
        if (passes(line, head, how)) append_line(out, line.name.of(bytes), line.value.of(bytes));
    append_upgrade(bytes, head, out);
    if (!head.interim() && !head.upgrade) {
        // RFC 9110 6.6.1: a recipient with a clock adds the Date an origin left out.
        if (!how.date.empty() && !has(head, field_id::date)) append_line(out, "Date", how.date);
        if (how.close)
            out.append("Connection: close\r\n");
        else if (how.client == version::http_1_0)
            out.append("Connection: keep-alive\r\n");
        append_framing(head, how, out);
    }
    out.append(how.extra_fields).append("\r\n", 2);
}

}  // namespace gatehouse::lb::http
