#include "lb/refusal.hpp"

#include <array>

namespace gatehouse::lb {
namespace {

struct row {
    std::string_view text;
    unsigned status;
};

constexpr std::array<row, static_cast<std::size_t>(refusal::count_)> rows{{
    {"none", 0},
    {"bad_request_line", 400},
    {"bad_method", 400},
    {"bad_target", 400},
    {"bad_version", 505},
    {"bad_field", 400},
    {"bad_host", 400},
    {"bad_content_length", 400},
    {"bad_transfer_encoding", 400},
    {"unknown_transfer_coding", 501},
    {"ambiguous_framing", 400},
    {"bad_chunk", 400},
    {"bad_line_ending", 400},
    {"bad_proxy_header", 0},
    {"method_not_allowed", 405},
    {"expectation_unknown", 417},
    {"request_line_too_long", 414},
    {"field_too_long", 431},
    {"head_too_long", 431},
    {"too_many_fields", 431},
    {"head_timeout", 408},
    {"body_timeout", 408},
    {"desync_severe", 400},
    {"desync_ambiguous", 400},
    {"desync_acceptable", 400},
    {"accept_failed", 0},
    {"too_many_connections", 0},
    {"too_many_connections_of_source", 0},
    {"tls_handshake_failed", 0},
    {"tls_handshake_timeout", 0},
    {"draining", 0},
    {"no_targets", 503},
    {"connect_failed", 502},
    {"connect_timeout", 504},
    {"target_tls_failed", 502},
    {"target_closed", 502},
    {"target_bad_response", 502},
    {"target_timeout", 504},
    {"target_drain_expired", 502},
    {"client_closed", 460},
    {"internal_error", 500},
}};

}  // namespace

std::string_view to_string(refusal reason) noexcept { return rows[static_cast<std::size_t>(reason)].text; }

unsigned status_of(refusal reason) noexcept { return rows[static_cast<std::size_t>(reason)].status; }

}  // namespace gatehouse::lb
