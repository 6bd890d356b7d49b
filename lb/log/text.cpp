#include "lb/log/text.hpp"

#include <charconv>
#include <chrono>
#include <limits>

namespace gatehouse::lb::text {
namespace {

// `digits` decimal digits, with leading zeros.
template <int Digits>
char* put_padded(char* out, std::uint32_t number) noexcept
{
    for (int at = Digits - 1; at >= 0; --at) {
        out[at] = static_cast<char>('0' + number % 10);
        number /= 10;
    }
    return out + Digits;
}

}  // namespace

char* put_number(char* out, std::uint64_t number) noexcept
{
    return std::to_chars(out, out + std::numeric_limits<std::uint64_t>::digits10 + 1, number).ptr;
}

char* put_milliseconds(char* out, std::int64_t microseconds) noexcept
{
    const auto rounded = (static_cast<std::uint64_t>(microseconds) + 500) / 1000;
    out = put(put_number(out, rounded / 1000), '.');
    return put_padded<3>(out, static_cast<std::uint32_t>(rounded % 1000));
}

char* put_microseconds(char* out, std::int64_t microseconds) noexcept
{
    const auto whole = static_cast<std::uint64_t>(microseconds);
    out = put(put_number(out, whole / 1'000'000), '.');
    return put_padded<6>(out, static_cast<std::uint32_t>(whole % 1'000'000));
}

char* put_time(char* out, std::int64_t unix_microseconds) noexcept
{
    using namespace std::chrono;
    const sys_time<microseconds> when{microseconds(unix_microseconds)};
    const auto day = floor<days>(when);
    const year_month_day date(day);
    const hh_mm_ss<microseconds> clock(when - day);
    out = put(put_padded<4>(out, static_cast<std::uint32_t>(static_cast<int>(date.year()))), '-');
    out = put(put_padded<2>(out, static_cast<unsigned>(date.month())), '-');
    out = put(put_padded<2>(out, static_cast<unsigned>(date.day())), 'T');
    out = put(put_padded<2>(out, static_cast<std::uint32_t>(clock.hours().count())), ':');
    out = put(put_padded<2>(out, static_cast<std::uint32_t>(clock.minutes().count())), ':');
    out = put(put_padded<2>(out, static_cast<std::uint32_t>(clock.seconds().count())), '.');
    return put(put_padded<6>(out, static_cast<std::uint32_t>(clock.subseconds().count())), 'Z');
}

}  // namespace gatehouse::lb::text
