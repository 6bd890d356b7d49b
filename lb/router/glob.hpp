#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::lb {

enum class letters : std::uint8_t { exact, folded };        // folded: ASCII letters match either case
enum class escaping : std::uint8_t { none, by_backslash };  // `\*` is a star; `\` is itself before any other

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
bool equal_folded(std::string_view one, std::string_view other) noexcept;

// A pattern of literal bytes, `*` (any run, also an empty one) and `?` (any one byte), for a whole text.
// Matching allocates nothing and never goes back over more than one star: its time is bounded by the text's
// length times that of the pattern's longest piece between stars, and the pattern is the operator's.
class glob {
public:
    explicit glob(std::string_view pattern, letters how = letters::exact, escaping escapes = escaping::none);

    bool matches(std::string_view text) const noexcept;
    // The same of the text percent-decoded once. A `%` without two hex digits behind it is itself.
    bool matches_decoded(std::string_view text) const noexcept;

    const std::string& text() const noexcept { return text_; }  // as written

private:
    bool same(std::size_t token, std::string_view part) const noexcept;
    template <class Cursor> bool run(std::u16string_view tokens, Cursor at) const noexcept;

    std::string text_;
    std::u16string tokens_;  // a byte each, or one of the two wildcards
    letters how_;
    // Before the first star and behind the last. Without a star all is head.
    std::size_t head_ = 0, tail_ = 0;
};

}  // namespace gatehouse::lb
