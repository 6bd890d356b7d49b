#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::discovery::aws {

// Where a request goes: an http or https URL without user and fragment.
struct url {
    enum class protocol { http, https };

    protocol scheme = protocol::https;
    std::string host;  // a name or an IP literal, without brackets
    std::uint16_t port = 443;
    std::string path = "/";
    std::string query;  // without its '?'; may be empty

    bool operator==(const url&) const = default;
};

// Reads "http://HOST[:PORT][/PATH][?QUERY]" or https. Empty for anything else.
std::optional<url> parse_url(std::string_view text);

// What the Host field says: no port where it is the scheme's own, brackets around an IPv6 address.
std::string authority(const url& where);

}  // namespace gatehouse::discovery::aws
