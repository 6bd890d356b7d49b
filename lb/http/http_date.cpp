#include "lb/http/forward_head.hpp"

#include <array>
#include <chrono>
#include <cstring>

namespace gatehouse::lb::http {
namespace {

constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view pattern = "Sun, 06 Nov 1994 08:49:37 GMT";  // RFC 9110 5.6.7

void put_number(char* at, unsigned number, int digits) noexcept
{
    for (int i = digits - 1; i >= 0; --i, number /= 10) at[i] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string_view http_date::at(std::int64_t unix_seconds)
{
    if (unix_seconds == second_) return {text_, pattern.size()};
    second_ = unix_seconds;
    using namespace std::chrono;
    const sys_seconds now{seconds(unix_seconds)};
    const auto day = floor<std::chrono::days>(now);
    const year_month_day date(day);
    const hh_mm_ss time(now - day);
    pattern.copy(text_, pattern.size());
    std::memcpy(text_, day_names[weekday(day).c_encoding()].data(), 3);
    put_number(text_ + 5, static_cast<unsigned>(date.day()), 2);
    std::memcpy(text_ + 8, month_names[static_cast<unsigned>(date.month()) - 1].data(), 3);
    put_number(text_ + 12, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put_number(text_ + 17, static_cast<unsigned>(time.hours().count()), 2);
    put_number(text_ + 20, static_cast<unsigned>(time.minutes().count()), 2);
    put_number(text_ + 23, static_cast<unsigned>(time.seconds().count()), 2);
    return {text_, pattern.size()};
}

}  // namespace gatehouse::lb::http
