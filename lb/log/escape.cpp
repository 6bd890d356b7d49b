#include "lb/log/escape.hpp"

#include "lb/log/text.hpp"

#include <cstdint>
#include <cstring>

namespace gatehouse::lb::text {
namespace {

constexpr std::uint64_t each(unsigned char byte) noexcept { return ~std::uint64_t{0} / 255 * byte; }

// Flags bytes of `word` equal to `byte`. A flag above the first true one may be false: only "none" and "the
// first" may be trusted.
constexpr std::uint64_t equal(std::uint64_t word, unsigned char byte) noexcept
{
    const auto zero = word ^ each(byte);
    return (zero - each(1)) & ~zero & each(0x80);
}

constexpr bool is_plain(std::uint64_t word) noexcept
{
    const auto control = (word - each(0x20)) & ~word & each(0x80);
    const auto beyond_ascii = word & each(0x80);
    return (control | beyond_ascii | equal(word, '"') | equal(word, '\\') | equal(word, 0x7F)) == 0;
}

constexpr bool is_plain(unsigned char byte) noexcept
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

// The first character that needs an escape: eight at a time, because user agents and targets are long and
// almost always plain.
const char* skip_plain(const char* from, const char* end) noexcept
{
    for (std::uint64_t word; end - from >= 8; from += 8) {
        std::memcpy(&word, from, 8);
        if (!is_plain(word)) break;
    }
    while (from != end && is_plain(static_cast<unsigned char>(*from))) ++from;
    return from;
}

constexpr char hex_digits[] = "0123456789ABCDEF";

char* put_hex_byte(char* out, unsigned char byte) noexcept
{
    return put(put(out, hex_digits[byte >> 4]), hex_digits[byte & 15]);
}

char* put_code_unit(char* out, char32_t unit) noexcept
{
    out = put(out, "\\u");
    out = put_hex_byte(out, static_cast<unsigned char>(unit >> 8));
    return put_hex_byte(out, static_cast<unsigned char>(unit & 0xFF));
}

struct utf8 {
    char32_t point = 0;
    std::ptrdiff_t length = 0;  // 0 = the byte starts no well-formed sequence
};

// Reads one sequence that starts beyond ASCII (RFC 3629): shortest form, no surrogates, up to U+10FFFF.
utf8 decode(const char* from, const char* end) noexcept
{
    const auto lead = static_cast<unsigned char>(*from);
    const std::ptrdiff_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || end - from < length) return {};
    auto point = static_cast<char32_t>(lead & (0x7F >> length));
    for (std::ptrdiff_t at = 1; at < length; ++at) {
        const auto next = static_cast<unsigned char>(from[at]);
        if ((next & 0xC0) != 0x80) return {};
        point = point << 6 | (next & 0x3F);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return {};
    return {point, length};
}

constexpr bool ends_a_line_somewhere(char32_t point) noexcept
{
    return point < 0xA0 || point == 0x2028 || point == 0x2029;
}

}  // namespace

char* put_json(char* out, std::string_view value) noexcept
{
    const char* at = value.data();
    const char* const end = at + value.size();
    for (;;) {
        const char* const special = skip_plain(at, end);
        out = put(out, {at, special});
        if (special == end) return out;
        at = special + 1;
        const auto byte = static_cast<unsigned char>(*special);
        if (byte == '"' || byte == '\\') {
            out = put(put(out, '\\'), *special);
        } else if (byte < 0x80) {
            out = put_code_unit(out, byte);
        } else if (const auto seen = decode(special, end); seen.length == 0) {
            out = put_code_unit(out, byte);
        } else {
            at = special + seen.length;
            const bool kept = !ends_a_line_somewhere(seen.point);
            out = kept ? put(out, {special, at}) : put_code_unit(out, seen.point);
        }
    }
}

char* put_hex(char* out, std::string_view value) noexcept
{
    const char* at = value.data();
    const char* const end = at + value.size();
    for (;;) {
        const char* const special = skip_plain(at, end);
        out = put(out, {at, special});
        if (special == end) return out;
        out = put_hex_byte(put(out, "\\x"), static_cast<unsigned char>(*special));
        at = special + 1;
    }
}

char* put_hex_word(char* out, std::string_view value) noexcept
{
    for (const char one : value) {
        const auto byte = static_cast<unsigned char>(one);
        out = byte != ' ' && is_plain(byte) ? put(out, one) : put_hex_byte(put(out, "\\x"), byte);
    }
    return out;
}

}  // namespace gatehouse::lb::text
