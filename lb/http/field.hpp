#pragma once

#include "lb/http/slice.hpp"

#include <cstdint>
#include <string_view>

namespace gatehouse::lb::http {

// The fields the load balancer itself reads or replaces; every other one is carried as it is.
enum class field_id : std::uint8_t {
    other,
    accept_encoding,
    connection,
    content_length,
    cookie,
    date,
    expect,
    host,
    keep_alive,
    proxy_authenticate,
    proxy_authorization,
    proxy_connection,
    server,
    set_cookie,
    te,
    trailer,
    transfer_encoding,
    upgrade,
    user_agent,
    x_amzn_trace_id,
    x_forwarded_for,
    x_forwarded_port,
    x_forwarded_proto,
    traceparent,
    tracestate,
};

field_id identify(std::string_view name) noexcept;  // case-insensitive

struct field {
    slice name, value;  // value without surrounding white space
    field_id id = field_id::other;
    bool hop_by_hop = false;  // by RFC 9110 7.6.1: fixed list, or named by Connection
};

}  // namespace gatehouse::lb::http
