#include "conf/encoding.hpp"
#include "conf/parse.hpp"
#include "conf/scalars.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace gatehouse::conf {
namespace {

using part = std::optional<std::string>;

// `text` with each #{placeholder} replaced by `stand_in`, so that the rest can be checked as what it will be;
// empty after a placeholder that does not exist was reported.
part without_placeholders(const reader& at, std::string_view text, std::string_view stand_in)
{
    static const names known{"protocol", "host", "port", "path", "query"};
    std::string plain;
    for (auto start = text.find("#{"); start != std::string_view::npos; start = text.find("#{")) {
        plain.append(text.substr(0, start)).append(stand_in);
        const auto end = text.find('}', start);
        if (end == std::string_view::npos) {
            at.fail("'#{' without its '}'");
            return std::nullopt;
        }
        const std::string named(text.substr(start + 2, end - start - 2));
        if (std::ranges::count(known, named) == 0) {
            at.fail("unknown placeholder '#{" + printable(named) + "}'" + suggestion(named, known));
            return std::nullopt;
        }
        text.remove_prefix(end + 1);
    }
    return plain.append(text);
}

// A part of the target that may hold placeholders and is well-formed without them.
take location(part& to, bool (*good)(std::string_view), std::string_view form)
{
    return [&to, good, form](const reader& at) {
        const auto text = at.text();
        if (!text) return;
        const auto plain = without_placeholders(at, *text, "x");
        if (plain && !good(*plain)) at.fail("expected " + std::string(form) + ", " + at.found(*text));
        to = *text;
    };
}

void read_protocol(const reader& at, part& to)
{
    static const names allowed{"http", "https", "#{protocol}"};
    if (const auto chosen = read_choice(at, allowed)) to = allowed[*chosen];
}

void read_port(const reader& at, part& to)
{
    const auto text = at.text();
    if (!text) return;
    const auto port = parse_count(*text).value_or(0);
    if (*text != "#{port}" && (port < 1 || port > 65535))
        at.fail("expected a port 1 .. 65535 or #{port}, " + at.found(*text));
    to = *text;
}

void read_status(const reader& at, unsigned& to)
{
    static const names allowed{"301", "302", "303", "307", "308"};
    constexpr std::array<unsigned, 5> statuses{301, 302, 303, 307, 308};
    if (const auto chosen = read_choice(at, allowed)) to = statuses[*chosen];
}

bool is_target_path(std::string_view text)
{
    return is_request_path(text) && text.find('?') == std::string_view::npos;
}

bool is_target_query(std::string_view text)
{
    return text.empty() || (is_visible_ascii(text) && text.find('#') == std::string_view::npos);
}

bool is_target_host(std::string_view text)
{
    return is_hostname(text);
}

}  // namespace

void parse_redirect(const reader& at, redirect& to)
{
    at.mapping({
        {"status", section(read_status, to.status)},
        {"protocol", [&](const reader& value) { read_protocol(value, to.protocol); }},
        {"host", location(to.host, is_target_host, "a host name without port")},
        {"port", [&](const reader& value) { read_port(value, to.port); }},
        {"path", location(to.path, is_target_path, "a path that starts with '/', without '?' and '#'")},
        {"query", location(to.query, is_target_query, "visible ASCII characters without '#'")},
    });
    if (!at.is(node::kind::mapping)) return;
    // A change of the query alone would lead back to the same rule, as ALB's documentation warns.
    const auto changes = [](const part& value, std::string_view same) { return value && *value != same; };
    if (!changes(to.protocol, "#{protocol}") && !changes(to.host, "#{host}") &&
        !changes(to.port, "#{port}") && !changes(to.path, "/#{path}") && at.sound({"protocol", "host", "port", "path"}))
        at.fail("must change at least one of protocol, host, port and path, or it leads back to itself");
}

}  // namespace gatehouse::conf
