#pragma once

#include <string_view>

namespace gatehouse::lb::http {

// uri-host [ ":" port ] of RFC 9110 7.2, not empty: a registered name, an IPv4 or a bracketed IPv6 address.
// Stricter in one thing: no comma, which is what two Host lines joined into one look like.
bool valid_authority(std::string_view text) noexcept;

}  // namespace gatehouse::lb::http
