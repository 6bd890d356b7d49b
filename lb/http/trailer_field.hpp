#pragma once

#include <string_view>

namespace gatehouse::lb::http {

enum class trailer_verdict { pass, remove, bad };

// Judges one trailer line without its CRLF. Removed is what would frame, route, authenticate or control the
// message if a recipient merged it into the head (RFC 9110 6.5.1), and what is hop-by-hop; bad is no field
// line.
trailer_verdict judge_trailer(std::string_view line) noexcept;

}  // namespace gatehouse::lb::http
