#include "discovery/aws/http_date.hpp"

#include <charconv>

namespace gatehouse::discovery::aws {
namespace {

constexpr std::string_view pattern = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";

bool has_form(std::string_view text)
{
    if (text.size() != pattern.size() || !text.ends_with(" GMT")) return false;
    for (const std::size_t at : {3U, 4U, 7U, 11U, 16U, 19U, 22U})
        if (text[at] != pattern[at]) return false;
    return true;
}

std::optional<int> number(std::string_view text)
{
    int value = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, wrong] = std::from_chars(text.data(), last, value);
    return wrong == std::errc() && end == last && value >= 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text)
{
    using namespace std::chrono;
    if (!has_form(text)) return std::nullopt;
    const auto month_at = months.find(text.substr(8, 3));
    const auto day_of_month = number(text.substr(5, 2)), of_year = number(text.substr(12, 4));
    const auto h = number(text.substr(17, 2)), m = number(text.substr(20, 2)), s = number(text.substr(23, 2));
    if (month_at == months.npos || month_at % 3 != 0 || !day_of_month || !of_year || !h || !m || !s)
        return std::nullopt;
    const year_month_day date(year(*of_year), month(static_cast<unsigned>(month_at / 3 + 1)),
                              day(static_cast<unsigned>(*day_of_month)));
    // Before 1970 or after 2200 it is no clock's time, and would not fit either.
    if (!date.ok() || *of_year < 1970 || *of_year > 2200 || *h > 23 || *m > 59 || *s > 60)
        return std::nullopt;
    return sys_days(date) + hours(*h) + minutes(*m) + seconds(*s);
}

}  // namespace gatehouse::discovery::aws
