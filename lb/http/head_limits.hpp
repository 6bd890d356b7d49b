#pragma once

#include "conf/lb.hpp"
#include "lb/http/head_scanner.hpp"

namespace gatehouse::lb::http {

// What the configuration allows the head of a request.
inline head_limits limits_of(const conf::limits& from) noexcept
{
    return {from.request_line, from.header, from.headers, from.header_count};
}

}  // namespace gatehouse::lb::http
