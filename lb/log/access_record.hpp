#pragma once

#include "lb/http/desync.hpp"
#include "lb/refusal.hpp"

#include <cstdint>
#include <string_view>

namespace gatehouse::lb {

// One finished request as the access log tells it. The views are of the worker's memory and only need to live
// until access_log::lane::push returns. Times in microseconds; -1 = did not come to it.
struct access_record {
    enum class scheme : std::uint8_t { http, https, ws, wss };
    scheme type = scheme::http;
    std::int64_t created_us = 0;      // unix time the request's first byte was read
    std::int64_t ended_us = 0;        // unix time of the response's last byte
    std::string_view client_address;  // text without port
    std::uint16_t client_port = 0;
    std::string_view target_address;  // "10.0.1.5:80"; empty = none
    std::int64_t request_processing_us = -1, target_processing_us = -1, response_processing_us = -1;
    unsigned status = 0;         // what the client got; 0 = nothing
    unsigned target_status = 0;  // 0 = none
    std::uint64_t received_bytes = 0, sent_bytes = 0;
    std::string_view method, target, version;      // of the request line; target as received
    std::string_view authority, listener_address;  // "site.example", "10.0.0.4:443": make the logged URL
    std::string_view user_agent;
    std::string_view tls_cipher, tls_protocol, server_name;
    std::string_view listener, rule, target_group, target_id;
    int rule_priority = -1;   // from 1; 0 = default, -1 = no rule was evaluated
    std::string_view action;  // "forward", "redirect", "fixed-response"; empty = none
    std::string_view redirect_url;
    std::string_view trace_id, traceparent;
    refusal error_reason = refusal::none;
    http::desync_verdict desync;
    std::uint8_t attempts = 1;             // targets tried
    std::string_view connection_trace_id;  // TID_<32 hex>
};

}  // namespace gatehouse::lb
