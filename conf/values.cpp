#include "conf/values.hpp"

#include "conf/address.hpp"
#include "conf/encoding.hpp"
#include "conf/scalars.hpp"
#include "conf/syntax.hpp"

#include <algorithm>

namespace gatehouse::conf {
namespace {

struct span_of_time {
    duration lowest, highest;
    bool or_zero = false;
};

std::optional<duration> read_duration(const reader& at, span_of_time allowed)
{
    const auto text = at.text();
    if (!text) return std::nullopt;
    const auto value = parse_duration(*text);
    if (!value) {
        at.fail("expected a duration such as 250ms, 5s, 2m, 1h or 1d, " + at.found(*text));
        return std::nullopt;
    }
    if (*value >= allowed.lowest && *value <= allowed.highest) return value;
    if (allowed.or_zero && *value == duration::zero()) return value;
    at.fail(std::string("must be ") + (allowed.or_zero ? "0s or " : "") + duration_text(allowed.lowest) +
            " .. " + duration_text(allowed.highest) + ", " + at.found(*text));
    return std::nullopt;
}

std::optional<unsigned> read_percentage(const reader& at, const std::string& text, std::string_view form)
{
    const auto value = parse_percentage(text);
    if (!value) at.fail("expected " + std::string(form) + ", " + at.found(text));
    return value;
}

}  // namespace

std::optional<std::uint64_t> read_count(const reader& at, whole_range allowed)
{
    const auto text = at.text();
    if (!text) return std::nullopt;
    const auto value = parse_count(*text);
    if (value && *value >= allowed.lowest && *value <= allowed.highest) return value;
    at.fail("expected a whole number " + std::to_string(allowed.lowest) + " .. " +
            std::to_string(allowed.highest) + ", " + at.found(*text));
    return std::nullopt;
}

take port(std::uint16_t& to)
{
    return count_in<std::uint16_t>(to, 1, 65535);
}

take port(std::optional<std::uint16_t>& to)
{
    return [&to](const reader& at) {
        if (const auto value = read_count(at, {1, 65535})) to = static_cast<std::uint16_t>(*value);
    };
}

take duration_in(duration& to, duration lowest, duration highest)
{
    return [&to, lowest, highest](const reader& at) {
        to = read_duration(at, {lowest, highest}).value_or(to);
    };
}

take duration_in(std::optional<duration>& to, duration lowest, duration highest)
{
    return [&to, lowest, highest](const reader& at) { to = read_duration(at, {lowest, highest}); };
}

take duration_or_zero(duration& to, duration lowest, duration highest)
{
    return [&to, lowest, highest](const reader& at) {
        to = read_duration(at, {lowest, highest, true}).value_or(to);
    };
}

take size_in(std::size_t& to, std::size_t lowest, std::size_t highest)
{
    return [&to, lowest, highest](const reader& at) {
        const auto text = at.text();
        if (!text) return;
        const auto value = parse_size(*text);
        if (!value)
            at.fail("expected a size such as 512B, 16KiB or 64MiB, " + at.found(*text));
        else if (*value < lowest || *value > highest)
            at.fail("must be " + size_text(lowest) + " .. " + size_text(highest) + ", " + at.found(*text));
        else
            to = static_cast<std::size_t>(*value);
    };
}

take percentage(unsigned& to)
{
    return [&to](const reader& at) {
        if (const auto text = at.text()) to = read_percentage(at, *text, "0% .. 100%").value_or(to);
    };
}

take percentage_or_off(unsigned& to)
{
    return [&to](const reader& at) {
        const auto text = at.text();
        if (!text) return;
        to = *text == "off" ? 0 : read_percentage(at, *text, "0% .. 100% or off").value_or(to);
    };
}

take boolean(bool& to)
{
    return [&to](const reader& at) {
        const auto text = at.text();
        if (!text) return;
        if (*text == "true" || *text == "false")
            to = *text == "true";
        else
            at.fail("expected true or false, " + at.found(*text));
    };
}

std::optional<std::size_t> read_choice(const reader& at, const names& allowed)
{
    const auto text = at.text();
    if (!text) return std::nullopt;
    const auto chosen = std::ranges::find(allowed, *text);
    if (chosen != allowed.end()) return static_cast<std::size_t>(chosen - allowed.begin());
    at.fail("unknown value, " + at.found(*text) + suggestion(*text, allowed));
    return std::nullopt;
}

take reference(std::string& to, const names& known, std::string_view what)
{
    return [&to, &known, what](const reader& at) {
        const auto text = at.text();
        if (!text) return;
        to = *text;
        if (std::ranges::count(known, *text) > 0) return;
        at.fail("there is no " + std::string(what) + " '" + printable(*text) + '\'' +
                suggestion(*text, known));
    };
}

bool check_name(const reader& at, const std::string& text)
{
    if (is_name(text)) return true;
    at.fail("expected a name of 1-64 letters, digits, '.', '_' or '-', found '" + printable(text) + '\'');
    return false;
}

take name(std::string& to)
{
    return [&to](const reader& at) {
        const auto text = at.text();
        if (text && check_name(at, *text)) to = *text;
    };
}

take label(std::string& to)
{
    return [&to](const reader& at) {
        const auto text = at.text();
        if (!text) return;
        if (text->size() > 256)
            at.fail("is longer than 256 bytes");
        else
            to = *text;
    };
}

take file_path(std::string& to)
{
    return [&to](const reader& at) {
        const auto text = at.text();
        if (!text) return;
        if (text->empty())
            at.fail("expected the path of a file, found ''");
        else
            to = at.pass().resolve(*text);
    };
}

take log_path(std::string& to)
{
    return [&to](const reader& at) {
        const auto text = at.text();
        if (!text) return;
        if (text->empty())
            at.fail("expected the path of a file, or \"-\" for standard output, found ''");
        else
            to = *text == "-" ? *text : at.pass().resolve(*text);
    };
}

take worker_count(unsigned& to)
{
    return [&to](const reader& at) {
        const auto text = at.text();
        if (!text) return;
        if (*text == "auto")
            to = 0;
        else if (const auto count = parse_count(*text); count && *count >= 1 && *count <= 1024)
            to = static_cast<unsigned>(*count);
        else
            at.fail("expected auto or a whole number 1 .. 1024, " + at.found(*text));
    };
}

take network_list(std::vector<network>& to)
{
    return [&to](const reader& list) {
        list.one_or_more([&](const reader& at) {
            const auto text = at.text();
            if (!text) return;
            if (const auto parsed = parse_network(*text))
                to.push_back(*parsed);
            else
                at.fail("expected a network such as 10.0.0.0/8 or 2001:db8::/32, " + at.found(*text));
        });
    };
}

}  // namespace gatehouse::conf
