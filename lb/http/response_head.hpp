#pragma once

#include "lb/http/field.hpp"
#include "lb/http/framing.hpp"
#include "lb/http/head_scanner.hpp"
#include "lb/http/request_head.hpp"
#include "lb/refusal.hpp"

#include <string_view>
#include <vector>

namespace gatehouse::lb::http {

// A response head as ranges of its bytes. Reused from response to response.
struct response_head {
    unsigned status = 0;  // 100-599
    http::version version = http::version::http_1_1;
    slice reason;
    std::vector<field> fields;
    http::framing body;      // with the request's method taken into account
    bool keep_alive = true;  // may the target's connection carry another request
    bool upgrade = false;    // 101
    std::uint32_t size = 0;

    bool interim() const noexcept { return status < 200 && status != 101; }
    std::string_view value_of(field_id id, std::string_view head) const noexcept;
};

// Parses a complete head (see parse_request_head). `asked` is the request's method: HEAD has no body.
// Anything that two parsers could read differently is refusal::target_bad_response.
refusal parse_response_head(std::string_view head, method asked, const head_limits& limits,
                            response_head& out);

}  // namespace gatehouse::lb::http
