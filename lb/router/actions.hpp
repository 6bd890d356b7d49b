#pragma once

#include "conf/rule.hpp"
#include "lb/router/route_request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::lb {

// Where a redirect of this request goes: the Location value, #{...} filled in; a byte that no URI may hold,
// CR and LF among them, is percent-encoded. Default ports (http 80, https 443) are left out, and so is a `?`
// before an empty query. #{path} is without its first slash and #{query} without `?`, as ALB's. #{port} is
// the listener's. `host` falls back to the listener's address text when the request named none.
std::string location_of(const conf::redirect& how, const route_request& asked, std::string_view protocol,
                        std::string_view listener_port, std::string_view fallback_host);

// Which of the action's groups (index into how.targets) serves: by weight, unless `sticky` (from the GHLBTG
// cookie, see sticky_hash of the group name and "") names one with weight above 0.
std::size_t choose_group(const conf::forward& how, std::uint64_t random,
                         std::optional<std::uint64_t> sticky) noexcept;

}  // namespace gatehouse::lb
