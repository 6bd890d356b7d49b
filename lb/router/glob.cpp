#include "lb/router/glob.hpp"

#include <algorithm>

namespace gatehouse::lb {

namespace {

constexpr char16_t any_one = 0x100, any_run = 0x101;  // beyond every byte

int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9') return c - '0';
    const char folded = lower(c);
    return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

// Walks a text byte by byte. Copies are positions to come back to.
struct as_sent {
    std::string_view rest;
    bool done() const noexcept { return rest.empty(); }
    char byte() const noexcept { return rest.front(); }
    void advance() noexcept { rest.remove_prefix(1); }
};

struct decoded {
    std::string_view rest;
    bool done() const noexcept { return rest.empty(); }
    char byte() const noexcept
    {
        if (!escape()) return rest.front();
        return static_cast<char>(hex_value(rest[1]) * 16 + hex_value(rest[2]));
    }
    void advance() noexcept { rest.remove_prefix(escape() ? 3 : 1); }
    bool escape() const noexcept
    {
        return rest.front() == '%' && rest.size() >= 3 && hex_value(rest[1]) >= 0 && hex_value(rest[2]) >= 0;
    }
};

}  // namespace

bool equal_folded(std::string_view one, std::string_view other) noexcept
{
    return std::ranges::equal(one, other, {}, lower, lower);
}

glob::glob(std::string_view pattern, letters how, escaping escapes) : text_(pattern), how_(how)
{
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const auto next = at + 1 < pattern.size() ? pattern[at + 1] : '\0';
        const bool escaped = escapes == escaping::by_backslash && pattern[at] == '\\' &&
                             (next == '*' || next == '?' || next == '\\');
        const char c = pattern[escaped ? ++at : at];
        if (!escaped && c == '*') {
            if (!tokens_.ends_with(any_run)) tokens_ += any_run;  // two in a row say no more than one
        } else if (!escaped && c == '?') {
            tokens_ += any_one;
        } else {
            tokens_ += static_cast<unsigned char>(how == letters::folded ? lower(c) : c);
        }
    }
    head_ = std::min(tokens_.find(any_run), tokens_.size());
    if (head_ < tokens_.size()) tail_ = tokens_.size() - tokens_.rfind(any_run) - 1;
}

// The ends are compared where they must be; only what lies between two stars has to be looked for.
bool glob::matches(std::string_view text) const noexcept
{
    const bool fixed_length = head_ == tokens_.size();
    if (fixed_length ? text.size() != head_ : text.size() < head_ + tail_) return false;
    if (!same(0, text.substr(0, head_))) return false;
    if (fixed_length) return true;
    const auto last_star = tokens_.size() - tail_ - 1;
    if (!same(last_star + 1, text.substr(text.size() - tail_))) return false;
    if (last_star == head_) return true;
    text.remove_prefix(head_);
    text.remove_suffix(tail_);
    return run(std::u16string_view(tokens_).substr(head_, last_star + 1 - head_), as_sent{text});
}

bool glob::matches_decoded(std::string_view text) const noexcept
{
    return run(tokens_, decoded{text});
}

// Whether the tokens from `token` on, none of them a star, are those of `part`.
bool glob::same(std::size_t token, std::string_view part) const noexcept
{
    for (const char c : part) {
        const auto expected = tokens_[token++];
        const auto byte = static_cast<unsigned char>(how_ == letters::folded ? lower(c) : c);
        if (expected != byte && expected != any_one) return false;
    }
    return true;
}

// Each star takes as little as the next piece needs; only the last star met ever gives more, because an
// earlier one could do nothing that it cannot.
template <class Cursor> bool glob::run(std::u16string_view tokens, Cursor at) const noexcept
{
    std::size_t token = 0, behind_star = 0;  // 0: no star yet
    auto retry = at;
    while (!at.done()) {
        if (token < tokens.size()) {
            const auto expected = tokens[token];
            if (expected == any_run) {
                if (++token == tokens.size()) return true;
                behind_star = token;
                retry = at;
                continue;
            }
            const char c = how_ == letters::folded ? lower(at.byte()) : at.byte();
            if (expected == any_one || expected == static_cast<unsigned char>(c)) {
                ++token;
                at.advance();
                continue;
            }
        }
        if (behind_star == 0) return false;
        retry.advance();
        at = retry;
        token = behind_star;
    }
    while (token < tokens.size() && tokens[token] == any_run) ++token;
    return token == tokens.size();
}

}  // namespace gatehouse::lb
