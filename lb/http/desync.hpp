#pragma once

#include <cstdint>
#include <string_view>

namespace gatehouse::lb::http {

// ALB's classes of requests that two parsers could read differently, and its reason codes
// (docs.aws.amazon.com: application-load-balancers, "Desync mitigation mode").
enum class desync_class : std::uint8_t { compliant, acceptable, ambiguous, severe };
enum class desync_reason : std::uint8_t {
    none,
    // acceptable
    get_head_zero_content_length, non_compliant_header, non_compliant_version, space_in_uri,
    // ambiguous
    ambiguous_uri, both_te_cl_present, duplicate_content_length, empty_header, suspicious_header,
    undefined_content_length_semantics, undefined_transfer_encoding_semantics,
    // severe
    bad_content_length, bad_header, bad_transfer_encoding, bad_uri, bad_method, bad_version,
    multiple_content_length, multiple_transfer_encoding_chunked,
    count_
};

struct desync_verdict {
    desync_class tier = desync_class::compliant;
    desync_reason reason = desync_reason::none;
};

std::string_view to_string(desync_class tier) noexcept;      // "Compliant", ... as ALB's access log writes them
std::string_view to_string(desync_reason reason) noexcept;   // "SpaceInUri"; "-" for none

}  // namespace gatehouse::lb::http
