#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::discovery::aws {

// The keys that sign requests. Every copy holds the secret: only `access_key` and `source` may be logged.
struct credentials {
    std::string access_key, secret_key;
    std::string session_token;                                     // empty: long-term keys
    std::optional<std::chrono::system_clock::time_point> expires;  // empty: not known to expire
    std::string source;  // where they came from: "environment", "profile NAME", "instance role NAME", ...
};

// True when both keys are there and everything can stand in an HTTP field: visible ASCII only.
inline bool is_usable(const credentials& keys) noexcept
{
    const auto visible = [](std::string_view text) {
        return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
    };
    return !keys.access_key.empty() && !keys.secret_key.empty() && visible(keys.access_key) &&
           visible(keys.secret_key) && visible(keys.session_token);
}

}  // namespace gatehouse::discovery::aws
