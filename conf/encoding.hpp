#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::conf {

struct bad_character {
    int line, column;  // 1-based; columns count bytes
    std::string what;
};

// The first byte that is not UTF-8 text: malformed sequences and control characters other than tab, line feed
// and carriage return.
std::optional<bad_character> first_bad_character(std::string_view text);

bool has_control(std::string_view text) noexcept;  // C0 controls and DEL

// Text from the file as it may appear in a message: control characters as \xNN, clipped after 80 bytes.
std::string printable(std::string_view text);

}  // namespace gatehouse::conf
