#include "bastion/identity/base64.hpp"

#include <array>
#include <cstdint>

namespace gatehouse::bastion {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_values()
{
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
    return values;
}
constexpr auto values = make_values();

}  // namespace

std::optional<std::string> decode_base64(std::string_view text)
{
    if (text.size() % 4 != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const auto value = values[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xffU);
        bits &= (1U << held) - 1;
    }
    if (held == 6 || bits != 0) return std::nullopt;
    return bytes;
}

std::string encode_base64_unpadded(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size() / 3 * 4 + 3);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : bytes) {
        bits = (bits & 0x3fU) << 8 | static_cast<unsigned char>(c);
        held += 8;
        while (held >= 6) text += digits[bits >> (held -= 6) & 0x3fU];
    }
    if (held > 0) text += digits[bits << (6 - held) & 0x3fU];
    return text;
}

}  // namespace gatehouse::bastion
