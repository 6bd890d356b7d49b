#include "lb/http/trace_id.hpp"

#include "lb/http/characters.hpp"

#include <algorithm>
#include <cstddef>

namespace gatehouse::lb::http {
namespace {

constexpr std::size_t longest_received = 7 * 1024;
constexpr std::string_view hex_digits = "0123456789abcdef";

void append_hex(std::string& out, std::uint64_t value, unsigned digits)
{
    for (unsigned shift = digits * 4; shift > 0; shift -= 4)
        out.push_back(hex_digits[(value >> (shift - 4)) & 0xf]);
}

// Version, time and 96 random bits: 1-67891233-abcdef012345678912345678.
void append_id(std::string& out, std::uint32_t unix_seconds, const std::array<std::uint64_t, 2>& random)
{
    out.append("1-");
    append_hex(out, unix_seconds, 8);
    out.push_back('-');
    append_hex(out, random[0], 16);
    append_hex(out, random[1], 8);
}

// Takes the next "key=value" off a list. False at its end; `bad` when there is something else.
bool next_pair(std::string_view& list, std::string_view& key, std::string_view& pair, bool& bad) noexcept
{
    while (!list.empty() && (list.front() == ';' || is_blank(list.front()))) list.remove_prefix(1);
    if (list.empty()) return false;
    pair = trimmed(list.substr(0, list.find(';')));
    list.remove_prefix(std::min(list.find(';'), list.size()));
    const auto equals = pair.find('=');
    key = pair.substr(0, equals);
    bad = equals == std::string_view::npos || equals + 1 == pair.size() || !is_token(key);
    return true;
}

bool lower_hex(std::string_view text) noexcept
{
    return text.find_first_not_of(hex_digits) == std::string_view::npos;
}

bool all_zero(std::string_view text) noexcept
{
    return text.find_first_not_of('0') == std::string_view::npos;
}

constexpr std::size_t traceparent_size = 55;  // 00-<32>-<16>-<2>

// https://www.w3.org/TR/trace-context/#traceparent-header-field-values
bool valid_traceparent(std::string_view text) noexcept
{
    if (text.size() < traceparent_size || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    const auto version = text.substr(0, 2), trace = text.substr(3, 32), parent = text.substr(36, 16);
    if (!lower_hex(version) || !lower_hex(trace) || !lower_hex(parent) || !lower_hex(text.substr(53, 2)))
        return false;
    if (version == "ff" || all_zero(trace) || all_zero(parent)) return false;
    if (text.size() == traceparent_size) return true;
    return version != "00" && text[traceparent_size] == '-';  // a later version may say more
}

// The flags this version knows, sampled and random; the others must be sent as zero.
char known_flags(char low_digit) noexcept { return hex_digits[hex_digits.find(low_digit) & 3]; }

}  // namespace

void write_trace_id(std::string_view received, std::uint32_t unix_seconds,
                    const std::array<std::uint64_t, 2>& random, std::string& out)
{
    bool bad = received.size() > longest_received, has_root = false, has_any = false;
    std::string_view key, pair;
    for (auto list = received; !bad && next_pair(list, key, pair, bad);) {
        has_root = has_root || key == "Root";
        has_any = true;
    }
    out.assign(std::string_view(has_root && !bad ? "Self=" : "Root="));
    append_id(out, unix_seconds, random);
    if (bad || !has_any) return;
    for (auto list = received; next_pair(list, key, pair, bad);)
        if (key != "Self") out.append(";").append(pair);
}

bool write_traceparent(std::string_view received, const std::array<std::uint64_t, 3>& random,
                       std::string& out)
{
    received = trimmed(received);
    const bool continued = valid_traceparent(received);
    const auto parent = random[2] != 0 ? random[2] : 1;
    out.assign("00-");
    if (continued) {
        out.append(received.substr(3, 32));
    } else {
        append_hex(out, random[0], 16);
        append_hex(out, random[1] != 0 ? random[1] : 1, 16);
    }
    out.push_back('-');
    append_hex(out, parent, 16);
    // A new trace is marked sampled: whoever records in the house decides, and takes "not sampled" as a no.
    out.append(std::string_view(continued ? "-0" : "-01"));
    if (continued) out.push_back(known_flags(received[54]));
    return continued;
}

}  // namespace gatehouse::lb::http
