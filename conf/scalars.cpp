#include "conf/scalars.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace gatehouse::conf {
namespace {

struct unit {
    std::string_view name;
    std::uint64_t factor;
};

// Ascending; the texts below are made in the largest that fits.
constexpr std::array<unit, 5> time_units{
    {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}}};
constexpr std::array<unit, 4> size_units{
    {{"B", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}}};
constexpr std::uint64_t largest = 1'000'000'000'000'000;  // far above every range, far below overflow

template <std::size_t N>
std::optional<std::uint64_t> parse_quantity(std::string_view text, const std::array<unit, N>& units)
{
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_count(text.substr(0, digits));
    const auto found = std::ranges::find(units, text.substr(digits), &unit::name);
    if (!number || found == units.end() || *number > largest / found->factor) return std::nullopt;
    return *number * found->factor;
}

template <std::size_t N> std::string quantity_text(std::uint64_t value, const std::array<unit, N>& units)
{
    const unit* fits = &units.front();
    for (const auto& candidate : units)
        if (value > 0 && value % candidate.factor == 0) fits = &candidate;
    return std::to_string(value / fits->factor).append(fits->name);
}

// "Z", "+01:00"
std::optional<std::chrono::minutes> parse_offset(std::string_view text)
{
    if (text == "Z") return std::chrono::minutes(0);
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
    const auto hour = parse_digits(text.substr(1, 2)), minute = parse_digits(text.substr(4));
    if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
    const auto all = static_cast<int>(*hour * 60 + *minute);
    return std::chrono::minutes(text[0] == '-' ? -all : all);
}

}  // namespace

std::optional<std::uint64_t> parse_digits(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> parse_count(std::string_view text)
{
    if (text.size() > 1 && text[0] == '0') return std::nullopt;  // octal to some, decimal to others
    return parse_digits(text);
}

std::optional<std::chrono::sys_seconds> parse_time(std::string_view text)
{
    using namespace std::chrono;
    constexpr std::string_view form = "0000-00-00T00:00:00";
    if (text.size() <= form.size()) return std::nullopt;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] != '0' && text[i] != form[i]) return std::nullopt;
    const auto y = parse_digits(text.substr(0, 4)), mon = parse_digits(text.substr(5, 2));
    const auto d = parse_digits(text.substr(8, 2)), h = parse_digits(text.substr(11, 2));
    const auto min = parse_digits(text.substr(14, 2)), s = parse_digits(text.substr(17, 2));
    const auto offset = parse_offset(text.substr(form.size()));
    if (!y || !mon || !d || !h || !min || !s || !offset || *h > 23 || *min > 59 || *s > 59) return std::nullopt;
    const auto date = year(static_cast<int>(*y)) / static_cast<int>(*mon) / static_cast<int>(*d);
    if (!date.ok()) return std::nullopt;
    return sys_days(date) + hours(*h) + minutes(*min) + seconds(*s) - *offset;
}

std::optional<duration> parse_duration(std::string_view text)
{
    const auto value = parse_quantity(text, time_units);
    if (!value) return std::nullopt;
    return duration(static_cast<duration::rep>(*value));
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    return parse_quantity(text, size_units);
}

std::optional<unsigned> parse_percentage(std::string_view text)
{
    if (!text.ends_with('%')) return std::nullopt;
    const auto value = parse_count(text.substr(0, text.size() - 1));
    if (!value || *value > 100) return std::nullopt;
    return static_cast<unsigned>(*value);
}

std::string duration_text(duration value)
{
    if (value == duration::zero()) return "0s";
    return quantity_text(static_cast<std::uint64_t>(value.count()), time_units);
}

std::string size_text(std::uint64_t bytes)
{
    return quantity_text(bytes, size_units);
}

}  // namespace gatehouse::conf
