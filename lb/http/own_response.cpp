#include "lb/http/field_lines.hpp"
#include "lb/http/forward_head.hpp"

namespace gatehouse::lb::http {

void write_own_response(const own_response& what, std::string& out)
{
    // RFC 9110 8.6: these have no body and say nothing of its length.
    const bool bodiless = what.status < 200 || what.status == 204 || what.status == 304;
    out.reserve(out.size() + what.body.size() + what.extra_fields.size() + 256);
    out.append("HTTP/1.1 ");
    append_number(out, what.status);
    out.append(" ", 1).append(reason_phrase(what.status)).append("\r\n", 2);
    if (!what.date.empty()) append_line(out, "Date", what.date);
    if (!bodiless) {
        if (!what.body.empty()) append_line(out, "Content-Type", what.content_type);
        append_content_length(out, what.body.size());
    }
    if (what.close)
        out.append("Connection: close\r\n");
    else if (what.client == version::http_1_0)
        out.append("Connection: keep-alive\r\n");
    out.append(what.extra_fields).append("\r\n", 2);
    if (!bodiless && !what.head_only) out.append(what.body);
}

}  // namespace gatehouse::lb::http
