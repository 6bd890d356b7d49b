#include "conf/encoding.hpp"
#include "conf/parse.hpp"
#include "conf/scalars.hpp"
#include "conf/syntax.hpp"
#include "conf/time_zone.hpp"
#include "conf/values.hpp"
#include "conf/weekly_window.hpp"

#include <algorithm>

namespace gatehouse::conf {
namespace {

// Names of one kind. `known` is null when there is no telling which there are.
struct kind_of_name {
    std::string_view what;  // for messages
    const names* known;
    bool (*well_formed)(std::string_view);
    std::string_view form;
};

take names_of_kind(std::vector<std::string>& to, const kind_of_name& kind)
{
    return [&to, kind](const reader& list) {
        list.one_or_more([&](const reader& at) {
            if (kind.known) return reference(to.emplace_back(), *kind.known, kind.what)(at);
            const auto text = at.text();
            if (!text) return;
            if (kind.well_formed(*text))
                to.push_back(*text);
            else
                at.fail("expected a name of " + std::string(kind.form) + ", " + at.found(*text));
        });
    };
}

take group_names(std::vector<std::string>& to, const people& known)
{
    return names_of_kind(to, {"group of users", known.from_elsewhere ? nullptr : &known.groups, is_name,
                              "1-64 letters, digits, '.', '_' or '-'"});
}

take targets(std::vector<std::string>& to, const names& groups)
{
    return names_of_kind(to, {"group", &groups, is_name, {}});
}

void read_ports(const reader& list, std::vector<std::uint16_t>& to)
{
    to.clear();
    list.one_or_more([&](const reader& at) { port(to.emplace_back())(at); });
}

void read_window(const reader& at, std::optional<weekly_window>& to)
{
    const auto text = at.text();
    if (!text) return;
    to = parse_weekly_window(*text);
    if (!to)
        return at.fail("expected days, times and a time zone such as Mon-Fri 08:00-19:00 Europe/London or "
                       "Sat,Sun 22:00-06:00, " +
                       at.found(*text));
    if (at.pass().files == file_access::skipped) return;
    if (const auto problem = check_time_zone(to->zone)) at.fail(*problem);
}

void read_time(const reader& at, std::optional<std::chrono::sys_seconds>& to)
{
    const auto text = at.text();
    if (!text) return;
    to = parse_time(*text);
    if (!to) at.fail("expected a time such as 2026-12-31T18:00:00Z or 2026-12-31T18:00:00+01:00, " + at.found(*text));
}

void parse_access_rule(const reader& at, access_rule& to, const names& groups, const people& known)
{
    at.mapping({
        {"name", name(to.name)},
        {"groups", group_names(to.groups, known)},
        {"users", user_names(to.users, known)},
        {"targets", targets(to.targets, groups), presence::required},
        {"ports", [&](const reader& value) { read_ports(value, to.ports); }},
        {"source", network_list(to.source)},
        {"between", [&](const reader& value) { read_window(value, to.between); }},
        {"not_before", [&](const reader& value) { read_time(value, to.not_before); }},
        {"expires", [&](const reader& value) { read_time(value, to.expires); }},
        {"terminating", boolean(to.terminating)},
    });
    if (to.not_before && to.expires && *to.expires <= *to.not_before) at.fail("expires", "must be after not_before");
}

}  // namespace

take user_names(std::vector<std::string>& to, const people& known)
{
    return names_of_kind(to, {"user", known.from_elsewhere ? nullptr : &known.users, is_login_name,
                              "1-128 letters, digits, '.', '_', '-', '@' or '+', not beginning with '-'"});
}

void parse_access_rules(const reader& at, std::vector<access_rule>& to, const names& groups, const people& known)
{
    unique taken;
    at.items([&](const reader& item) {
        auto& one = to.emplace_back();
        parse_access_rule(item, one, groups, known);
        if (one.name.empty()) one.name = "rule-" + std::to_string(to.size());
        taken.claim(item, one.name, "name '" + one.name + '\'');
    });
}

}  // namespace gatehouse::conf
