#pragma once

#include "lb/refusal.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatehouse::lb::http {

struct head_limits {
    std::size_t request_line = 16 * 1024;
    std::size_t field_line = 16 * 1024;
    std::size_t head = 64 * 1024;
    unsigned field_count = 100;
};

// Finds the end of a message head while its bytes arrive, and refuses early what can never become one: a bare
// CR or LF, a NUL, a line over its limit. Looks at every byte once, whatever the sizes it comes in.
// Decides nothing about meaning: request_head and response_head do, once the head is whole.
// Tolerates up to 4 empty lines (CRLF) before a request line (RFC 9112 2.2).
class head_scanner {
public:
    enum class status : std::uint8_t { need_more, complete, refused };

    // `bytes` is the whole head so far, from its first byte; only what is new since the last call is read.
    status scan(std::string_view bytes, const head_limits& limits) noexcept;

    std::size_t start() const noexcept { return start_; }  // where the first line starts (after empty lines)
    std::size_t size() const noexcept { return size_; }    // complete: one past the head's last byte
    refusal reason() const noexcept { return reason_; }    // refused: why
    void reset() noexcept { *this = {}; }

private:
    status refuse(refusal why) noexcept;
    status end_line(std::string_view bytes, std::size_t end, const head_limits& limits) noexcept;
    status check_line(std::string_view bytes, std::size_t end, const head_limits& limits) noexcept;

    std::size_t position_ = 0, line_ = 0, start_ = 0, size_ = 0;
    unsigned lines_ = 0, empty_lines_ = 0;
    refusal reason_ = refusal::none;
};

}  // namespace gatehouse::lb::http
