#include "lb/http/head_scanner.hpp"

#include <bit>
#include <cstring>

namespace gatehouse::lb::http {
namespace {

constexpr unsigned most_empty_lines = 4;
constexpr std::size_t longest_method = 64;  // twice the longest registered one (RFC 9110 16.1.1)

// The index at or after `from` of the next byte below 0x20, eight at a time: text has none but its line ends.
// Returns bytes.size() when there is none.
std::size_t next_control(std::string_view bytes, std::size_t from) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    if constexpr (std::endian::native == std::endian::little) {
        for (; from + 8 <= bytes.size(); from += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + from, sizeof word);
            // A byte below 0x20 borrows into its top bit; the lowest such bit is exact.
            if (const auto below = (word - ones * 0x20) & ~word & tops; below != 0)
                return from + static_cast<std::size_t>(std::countr_zero(below)) / 8;
        }
    }
    while (from < bytes.size() && static_cast<unsigned char>(bytes[from]) >= 0x20) ++from;
    return from;
}

}  // namespace

head_scanner::status head_scanner::refuse(refusal why) noexcept
{
    reason_ = why;
    return status::refused;
}

head_scanner::status head_scanner::scan(std::string_view bytes, const head_limits& limits) noexcept
{
    if (reason_ != refusal::none) return status::refused;
    for (;;) {
        const auto at = next_control(bytes, position_);
        position_ = at;
        if (at == bytes.size()) break;
        const char found = bytes[at];
        if (found == '\0') return refuse(line_ == start_ ? refusal::bad_request_line : refusal::bad_field);
        if (found == '\r') {
            if (at + 1 == bytes.size()) break;  // looked at again when its LF is here
            if (bytes[at + 1] != '\n') return refuse(refusal::bad_line_ending);
            position_ = at + 2;
            if (const auto line = end_line(bytes, at, limits); line != status::need_more) return line;
        } else if (found == '\n') {
            return refuse(refusal::bad_line_ending);
        } else {
            ++position_;  // HTAB, or a control that the parser refuses by the rules of where it stands
        }
    }
    return check_line(bytes, position_, limits);
}

// A CRLF at `end` ends the line that began at line_.
head_scanner::status head_scanner::end_line(std::string_view bytes, std::size_t end,
                                            const head_limits& limits) noexcept
{
    if (end == line_) {
        if (line_ != start_) {
            size_ = position_;
            return status::complete;
        }
        if (++empty_lines_ > most_empty_lines) return refuse(refusal::bad_request_line);
        line_ = start_ = position_;
        return status::need_more;
    }
    if (const auto line = check_line(bytes, end, limits); line != status::need_more) return line;
    if (++lines_ > limits.field_count + 1) return refuse(refusal::too_many_fields);
    line_ = position_;
    return status::need_more;
}

head_scanner::status head_scanner::check_line(std::string_view bytes, std::size_t end,
                                              const head_limits& limits) noexcept
{
    const auto length = end - line_;
    if (line_ != start_) {
        if (length > limits.field_line) return refuse(refusal::field_too_long);
    } else if (length > limits.request_line) {
        // Where no method ends there is no long URI, only a method nobody knows (RFC 9112 3).
        const bool has_method = bytes.substr(line_, longest_method + 1).find(' ') != std::string_view::npos;
        return refuse(has_method ? refusal::request_line_too_long : refusal::bad_method);
    }
    return end - start_ > limits.head ? refuse(refusal::head_too_long) : status::need_more;
}

}  // namespace gatehouse::lb::http
