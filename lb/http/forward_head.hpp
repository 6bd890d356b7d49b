#pragma once

#include "conf/lb.hpp"
#include "lb/http/request_head.hpp"
#include "lb/http/response_head.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::lb::http {

// What a request head gets on its way to a target. Views must outlive the call only.
struct forward_context {
    std::string_view client_address{};  // text of the client's IP (of the PROXY header where trusted)
    std::string_view protocol{};        // "http" or "https": X-Forwarded-Proto
    std::string_view listener_port{};   // text: X-Forwarded-Port
    conf::header_policy::forwarded forwarded_for = conf::header_policy::forwarded::append;
    std::string_view host{};         // replaces Host when not empty (preserve_host: false)
    std::string_view trace_id{};     // X-Amzn-Trace-Id to send
    std::string_view traceparent{};  // traceparent to send
    bool keep_tracestate = true;   // false: a new trace started, the client's tracestate is dropped
};

// Appends the head a target gets: origin-form target, Host first, the end-to-end fields in their order, our
// own lines, `Connection: upgrade` only for an upgrade, one framing field from head.body. HTTP/1.1 always.
// Hop-by-hop fields are gone (RFC 9110 7.6.1); Expect is kept.
void write_request_head(std::string_view bytes, const request_head& head, const forward_context& how,
                        std::string& out);

// What a response head gets on its way to the client.
struct respond_context {
    http::version client = http::version::http_1_1;
    bool close = false;          // say Connection: close (or leave out keep-alive for HTTP/1.0)
    bool decode_chunks = false;  // an HTTP/1.0 client: no Transfer-Encoding, ends by close
    bool remove_server = false;
    std::string_view date{};          // an IMF-fixdate added when the target sent none; may be empty
    std::string_view extra_fields{};  // whole lines with CRLF (our cookies)
};

void write_response_head(std::string_view bytes, const response_head& head, const respond_context& how,
                         std::string& out);

// Appends a whole response of our own: status line, Date, Content-Type and Content-Length, Connection, body.
// `close` as above; a HEAD request gets the head alone. `extra_fields` are whole lines (Location,
// Set-Cookie).
struct own_response {
    unsigned status = 500;
    std::string_view content_type = "text/html";
    std::string_view body{};
    std::string_view extra_fields{};
    bool head_only = false;
    bool close = true;
    http::version client = http::version::http_1_1;
    std::string_view date{};
};
void write_own_response(const own_response& what, std::string& out);

// The body of an error page: a short HTML page that names status and reason phrase and nothing internal.
std::string_view error_page(unsigned status) noexcept;
std::string_view reason_phrase(unsigned status) noexcept;

// IMF-fixdate of now, at most one second old; formatted once a second by whoever owns it.
class http_date {
public:
    std::string_view at(std::int64_t unix_seconds);

private:
    std::int64_t second_ = -1;
    char text_[32] = {};
};

}  // namespace gatehouse::lb::http
