#pragma once

#include <cstdint>

namespace gatehouse::lb::http {

// How a message says where its body ends (RFC 9112 6.3).
struct framing {
    enum class kind : std::uint8_t { none, length, chunked, until_close };
    kind how = kind::none;
    std::uint64_t length = 0;  // bytes, for kind::length (never 0 there: that is none)
};

enum class version : std::uint8_t { http_1_0, http_1_1 };

}  // namespace gatehouse::lb::http
