#pragma once

#include "lb/http/request_head.hpp"

#include <string_view>

namespace gatehouse::lb::http {

// Reads a request target in origin-form, absolute-form (http and https) or, for OPTIONS alone, asterisk-form
// (RFC 9112 3.2) into the parts of `out`, which are relative to `head`; an absolute-form sets authority.
//
// Characters: RFC 3986 and those that browsers leave raw besides ("|", "{", "^" and the like). Not "#", which
// a client never sends and which makes two parsers disagree on where the path ends; nor a backslash in the
// path, which some servers take for a slash; nor anything outside ASCII.
bool parse_request_target(std::string_view head, std::string_view target, request_head& out) noexcept;

}  // namespace gatehouse::lb::http
