#include "lb/http/framing_field.hpp"

#include "lb/http/characters.hpp"

#include <array>
#include <charconv>
#include <cstddef>

namespace gatehouse::lb::http {
namespace {

constexpr std::array<std::string_view, 7> registered_codings{"gzip",       "x-gzip",   "deflate", "compress",
                                                             "x-compress", "identity", "br"};

bool registered(std::string_view coding) noexcept
{
    for (const auto known : registered_codings)
        if (equals_lowered(coding, known)) return true;
    return false;
}

// `letters` with everything but letters taken out of `name`, at most `missing` of them lost.
bool spells(std::string_view name, std::string_view letters, std::size_t missing) noexcept
{
    std::size_t at = 0;
    for (const char c : name) {
        if (!is(c, character::letter)) continue;
        while (at < letters.size() && lower(c) != letters[at]) {
            if (missing == 0) return false;
            --missing;
            ++at;
        }
        if (at == letters.size()) return false;
        ++at;
    }
    return letters.size() - at <= missing;
}

}  // namespace

std::optional<std::uint64_t> parse_content_length(std::string_view value) noexcept
{
    // from_chars takes a minus sign for signed types only, and never a plus or white space.
    std::uint64_t length = 0;
    const auto* const end = value.data() + value.size();
    const auto [stopped, problem] = std::from_chars(value.data(), end, length);
    if (problem != std::errc{} || stopped != end) return std::nullopt;
    return length;
}

void transfer_codings::add(std::string_view value) noexcept
{
    any_ = true;
    if (trimmed(value).empty()) malformed_ = true;
    for (std::string_view coding; next_element(value, coding);) add_coding(coding);
}

void transfer_codings::add_coding(std::string_view coding) noexcept
{
    const auto semicolon = coding.find(';');
    const auto name = trimmed(coding.substr(0, semicolon));
    if (!is_token(name)) {
        malformed_ = true;
        return;
    }
    if (chunked_ > 0) after_chunked_ = true;
    if (!equals_lowered(name, "chunked")) {
        other_ = true;
        unregistered_ = unregistered_ || !registered(name);
        return;
    }
    ++chunked_;
    if (semicolon != std::string_view::npos) parameters_ = true;
}

bool looks_like_framing(std::string_view name) noexcept
{
    constexpr std::string_view encoding = "transferencoding", length = "contentlength";
    if (name.size() < length.size() - 1) return false;
    // A letter outside ASCII may stand for one inside: long s for s, dotless i for i.
    std::size_t missing = 0;
    for (const char c : name)
        if (static_cast<unsigned char>(c) >= 0x80) missing = 1;
    return spells(name, encoding, missing) || spells(name, length, missing);
}

}  // namespace gatehouse::lb::http
