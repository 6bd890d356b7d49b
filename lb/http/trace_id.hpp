#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::lb::http {

// Request tracing as ALB does it (load-balancer-request-tracing) and as W3C Trace Context says. Pure: time
// and randomness are passed in. Both replace what `out` holds and keep its storage.

// What to send as X-Amzn-Trace-Id for what the client sent ("" = nothing): absent -> Root=1-<8 hex>-<24 hex>;
// Root present -> Self=... is put in front; Self present -> replaced; other fields kept; over 7 KiB or
// unreadable -> a fresh Root alone.
void write_trace_id(std::string_view received, std::uint32_t unix_seconds,
                    const std::array<std::uint64_t, 2>& random, std::string& out);

// What to send as traceparent: a valid one continues its trace with a new parent id, anything else starts a
// new trace (version 00). Returns whether the trace continued (else the client's tracestate must go).
bool write_traceparent(std::string_view received, const std::array<std::uint64_t, 3>& random,
                       std::string& out);

}  // namespace gatehouse::lb::http
