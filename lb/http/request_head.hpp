#pragma once

#include "lb/http/desync.hpp"
#include "lb/http/field.hpp"
#include "lb/http/framing.hpp"
#include "lb/http/head_scanner.hpp"
#include "lb/refusal.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace gatehouse::lb::http {

enum class method : std::uint8_t { other, get, head, post, put, delete_, options, patch, trace, connect };

// Safe to repeat by RFC 9110 9.2.2: GET, HEAD, PUT, DELETE, OPTIONS.
bool idempotent(method verb) noexcept;

// A request head as ranges of its bytes (RFC 9112). Reused from request to request: fields keeps its storage.
struct request_head {
    http::method verb = http::method::other;
    http::version version = http::version::http_1_1;
    slice method_text, target;  // as received
    slice authority;            // of absolute-form if used, else the Host value; empty only for HTTP/1.0
    slice path, query;          // of the target; path is empty for `*`; query without '?'
    bool absolute_form = false;
    std::vector<field> fields;
    http::framing body;
    bool keep_alive = true;  // what the client asked for, by version and Connection
    bool expect_continue = false;
    bool upgrade = false;    // Connection: upgrade with an Upgrade field, HTTP/1.1
    desync_verdict desync;   // worst thing seen in what was nevertheless accepted or refused
    std::uint32_t size = 0;  // of the whole head with its last CRLF

    // The value of the first field with this id, or an empty view.
    std::string_view value_of(field_id id, std::string_view head) const noexcept;
};

// Parses a head that head_scanner found complete: `head` starts at the request line and ends with the empty
// line. Returns refusal::none when it is one unambiguous request, otherwise why not (`out.desync` is set in
// both cases; method_text, target and authority as far as they were read). Strict: RFC 9112 with none of its
// leniencies; Beast's parser reads the lines, and what it lets through wrongly is refused here.
refusal parse_request_head(std::string_view head, const head_limits& limits, request_head& out);

}  // namespace gatehouse::lb::http
