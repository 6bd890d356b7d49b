#pragma once

#include "conf/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::lb {

// The cookies that keep a client on its target (GHLB) and on its weighted group (GHLBTG), as ALB's AWSALB and
// AWSALBTG do: the lifetime counts from the last request and lives in the value, the cookie itself lasts 7
// days. The value is hex of expiry (unix seconds, 8 digits) and hash (16 digits): it names nothing inside,
// needs no key, and every node of a fleet reads it. A forged one can choose a target, which is no secret.
inline constexpr std::string_view target_cookie = "GHLB", group_cookie = "GHLBTG";

// The hash that `cookies`, the value of one Cookie field, carries under `name` or its CORS twin's, unless
// expired or malformed. With several the first that is valid counts. For a request with several Cookie
// fields, ask for each in turn.
std::optional<std::uint64_t> read_sticky(std::string_view cookies, std::string_view name,
                                         std::int64_t unix_seconds) noexcept;

// Appends "Set-Cookie: NAME=...; Expires=...; Path=/; HttpOnly" CRLF and its CORS twin (NAMECORS with
// SameSite=None; Secure, only when `secure`).
void write_sticky(std::string_view name, std::uint64_t hash, std::int64_t unix_seconds,
                  conf::duration lifetime, bool secure, std::string& out);

}  // namespace gatehouse::lb
