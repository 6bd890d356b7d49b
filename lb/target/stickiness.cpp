#include "lb/target/stickiness.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace gatehouse::lb {

namespace {

constexpr std::string_view cors_suffix = "CORS";
constexpr std::size_t expiry_digits = 8, hash_digits = 16;
constexpr std::int64_t cookie_days = 7;  // what the browser is told; the lifetime that counts is in the value

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::uint64_t> hex(std::string_view digits) noexcept
{
    std::uint64_t value = 0;
    const auto end = digits.data() + digits.size();
    const auto [stop, failed] = std::from_chars(digits.data(), end, value, 16);
    if (failed != std::errc() || stop != end) return {};
    return value;
}

std::optional<std::uint64_t> unexpired(std::string_view value, std::int64_t unix_seconds) noexcept
{
    if (value.size() != expiry_digits + hash_digits) return {};
    const auto expiry = hex(value.substr(0, expiry_digits));
    if (!expiry || static_cast<std::int64_t>(*expiry) <= unix_seconds) return {};
    return hex(value.substr(expiry_digits));
}

// A cross-site request carries only the twin: without SameSite=None browsers keep the other one back.
bool goes_by(std::string_view found, std::string_view name) noexcept
{
    return found.starts_with(name) &&
           (found.size() == name.size() || found.substr(name.size()) == cors_suffix);
}

void append_hex(std::uint64_t value, std::size_t digits, std::string& out)
{
    while (digits-- > 0) out += "0123456789abcdef"[(value >> (digits * 4)) & 15U];
}

void append_two(unsigned value, std::string& out)
{
    out += static_cast<char>('0' + value / 10 % 10);
    out += static_cast<char>('0' + value % 10);
}

// IMF-fixdate (RFC 9110 5.6.7). Not strftime: its names follow the locale.
void append_date(std::int64_t unix_seconds, std::string& out)
{
    using namespace std::chrono;
    constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_seconds when{seconds(unix_seconds)};
    const auto midnight = floor<days>(when);
    const year_month_day date(midnight);
    const hh_mm_ss time(when - midnight);
    out.append(weekdays[weekday(midnight).c_encoding()]).append(", ");
    append_two(static_cast<unsigned>(date.day()), out);
    out.append(" ").append(months[static_cast<unsigned>(date.month()) - 1]).append(" ");
    out.append(std::to_string(static_cast<int>(date.year()))).append(" ");
    append_two(static_cast<unsigned>(time.hours().count()), out);
    out += ':';
    append_two(static_cast<unsigned>(time.minutes().count()), out);
    out += ':';
    append_two(static_cast<unsigned>(time.seconds().count()), out);
    out.append(" GMT");
}

void append_cookie(std::string_view name, std::string_view suffix, std::string_view value_and_attributes,
                   std::string_view more, std::string& out)
{
    out.append("Set-Cookie: ")
        .append(name)
        .append(suffix)
        .append(value_and_attributes)
        .append(more)
        .append("\r\n");
}

}  // namespace

std::optional<std::uint64_t> read_sticky(std::string_view cookies, std::string_view name,
                                         std::int64_t unix_seconds) noexcept
{
    while (!cookies.empty()) {
        const auto end = std::min(cookies.find(';'), cookies.size());
        const auto pair = trimmed(cookies.substr(0, end));
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
        const auto equals = pair.find('=');
        if (equals == pair.npos || !goes_by(pair.substr(0, equals), name)) continue;
        if (const auto hash = unexpired(pair.substr(equals + 1), unix_seconds)) return hash;
    }
    return {};
}

void write_sticky(std::string_view name, std::uint64_t hash, std::int64_t unix_seconds,
                  conf::duration lifetime, bool secure, std::string& out)
{
    using namespace std::chrono;
    const auto expiry = std::clamp<std::int64_t>(unix_seconds + ceil<seconds>(lifetime).count(), 0,
                                                 std::numeric_limits<std::uint32_t>::max());
    std::string rest = "=";
    append_hex(static_cast<std::uint64_t>(expiry), expiry_digits, rest);
    append_hex(hash, hash_digits, rest);
    rest.append("; Expires=");
    append_date(unix_seconds + seconds(days(cookie_days)).count(), rest);
    rest.append("; Path=/; HttpOnly");
    append_cookie(name, "", rest, "", out);
    if (secure) append_cookie(name, cors_suffix, rest, "; SameSite=None; Secure", out);
}

}  // namespace gatehouse::lb
