#include "conf/near_miss.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

namespace gatehouse::conf {
namespace {

constexpr std::size_t longest_word = 64;  // longer ones are no slip, and the distance is quadratic
constexpr std::size_t most_listed = 16;

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Insertions, deletions, replacements and swaps of neighbours between the two, ignoring case.
std::size_t distance(std::string_view a, std::string_view b)
{
    using row = std::array<std::size_t, longest_word + 1>;
    row before_last{}, last{}, current{};
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const char x = lower(a[i - 1]), y = lower(b[j - 1]);
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (x == y ? 0U : 1U)});
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
                current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last = current;
    }
    return last[b.size()];
}

std::string without_digits(std::string_view word)
{
    std::string rest;
    std::ranges::copy_if(word, std::back_inserter(rest), [](char c) { return c < '0' || c > '9'; });
    return rest;
}

// Another number is another meaning, not a slip: nobody who writes http2 means http1.
bool comparable(std::string_view word, std::string_view candidate)
{
    return !word.empty() && word.size() <= longest_word && candidate.size() <= longest_word &&
           without_digits(word) != without_digits(candidate);
}

}  // namespace

std::string suggestion(std::string_view word, const names& known)
{
    const std::string* nearest = nullptr;
    auto best = std::numeric_limits<std::size_t>::max();
    for (const auto& candidate : known) {
        if (!comparable(word, candidate)) continue;
        const auto away = distance(word, candidate);
        if (away >= best || away > std::max<std::size_t>(1, candidate.size() / 3)) continue;
        best = away;
        nearest = &candidate;
    }
    if (nearest) return ", did you mean '" + *nearest + "'?";
    if (known.empty() || known.size() > most_listed) return {};
    std::string listed = "; allowed: ";
    for (const auto& candidate : known) listed += (&candidate == &known.front() ? "" : ", ") + candidate;
    return listed;
}

}  // namespace gatehouse::conf
