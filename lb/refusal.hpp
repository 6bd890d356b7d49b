#pragma once

#include <cstdint>
#include <string_view>

namespace gatehouse::lb {

// Why the load balancer answered in a target's stead or gave up. The text is the `reason` label of
// gatehouse_lb_refused_total and the `error_reason` of the access log; the numbers index counters.
enum class refusal : std::uint8_t {
    none,
    // the client's message
    bad_request_line,
    bad_method,
    bad_target,
    bad_version,              // 505
    bad_field,                // a field line that is no field line
    bad_host,                 // missing, repeated or malformed
    bad_content_length,
    bad_transfer_encoding,    // 400; an unknown final coding is 501
    unknown_transfer_coding,  // 501
    ambiguous_framing,        // Content-Length with Transfer-Encoding
    bad_chunk,
    bad_line_ending,
    bad_proxy_header,
    method_not_allowed,       // TRACE, CONNECT: 405
    expectation_unknown,      // 417
    request_line_too_long,    // 414
    field_too_long,           // 431
    head_too_long,            // 431
    too_many_fields,          // 431
    head_timeout,             // 408
    body_timeout,             // 408
    desync_severe,
    desync_ambiguous,         // strictest mode only
    desync_acceptable,        // strictest mode only
    // the door
    accept_failed,            // for want of descriptors or memory; the client waits and is tried again
    too_many_connections,
    too_many_connections_of_source,
    tls_handshake_failed,
    tls_handshake_timeout,
    draining,
    // the house
    no_targets,               // 503: the group is empty
    connect_failed,           // 502
    connect_timeout,          // 504
    target_tls_failed,        // 502
    target_closed,            // 502: before its response was complete
    target_bad_response,      // 502
    target_timeout,           // 504
    target_drain_expired,     // 502: deregistration_delay over with the request still running
    client_closed,            // 460 in the log: the client left first
    internal_error,           // 500
    count_                    // number of values
};

std::string_view to_string(refusal reason) noexcept;

// The status sent (or, for client_closed, logged) for a refusal; 0 where the connection is just closed.
unsigned status_of(refusal reason) noexcept;

}  // namespace gatehouse::lb
