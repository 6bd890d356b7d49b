#pragma once

#include "lb/http/desync.hpp"
#include "lb/http/request_head.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::lb::http {

// The class of a request that was refused: reads the head as forgivingly as the laxest parser would, and says
// what another one could make of it. Not for the hot path; a well-formed head has only semantics_verdict.
desync_verdict classify_refused(std::string_view head) noexcept;

// The class of a well-formed request: a body where none has a meaning (RFC 9110 9.3.1, 9.3.2).
desync_verdict semantics_verdict(method verb, const std::optional<std::uint64_t>& length,
                                 bool chunked) noexcept;

}  // namespace gatehouse::lb::http
