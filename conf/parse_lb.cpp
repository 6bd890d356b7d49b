#include "conf/address.hpp"
#include "conf/parse.hpp"
#include "conf/values.hpp"

namespace gatehouse::conf {
namespace {

void parse_target_groups(const reader& at, std::vector<target_group>& to, const names& groups)
{
    at.entries([&](const std::string& name, const reader& key, const reader& value) {
        target_group one;
        one.name = name;
        check_name(key, name);
        parse_target_group(value, one, groups);
        to.push_back(std::move(one));
    });
}

void read_zone(const reader& at, std::string& to)
{
    if (auto zone = at.text()) to = std::move(*zone);
}

void parse_listeners(const reader& at, lb& to, unique& binds_taken)
{
    names target_groups;
    for (const auto& one : to.target_groups) target_groups.push_back(one.name);
    listener_scope scope{target_groups, {}, binds_taken};
    scope.names_taken.reserve("admin", "lb.admin");  // both are listed by name when they are ready
    if (to.admin.bind.port != 0) binds_taken.reserve(to_string(to.admin.bind), "lb.admin.bind");
    at.some_items([&](const reader& item) { parse_listener(item, to.listeners.emplace_back(), scope); });
}

}  // namespace

void parse_lb(const reader& at, lb& to, const names& groups, unique& binds_taken)
{
    at.mapping({
        {"zone", section(read_zone, to.zone)},
        {"workers", worker_count(to.workers)},
        {"admin", section(parse_admin, to.admin)},
        {"target_groups", [&](const reader& value) { parse_target_groups(value, to.target_groups, groups); }},
        {"listeners", [&](const reader& value) { parse_listeners(value, to, binds_taken); }, presence::required},
        {"timeouts", section(parse_timeouts, to.timeouts)},
        {"limits", section(parse_limits, to.limits)},
        {"desync_mitigation", choice(to.desync_mitigation, {{"monitor", desync_mode::monitor},
                                                            {"defensive", desync_mode::defensive},
                                                            {"strictest", desync_mode::strictest}})},
        {"headers", section(parse_headers, to.headers)},
        {"access_log", [&](const reader& value) { parse_access_log(value, to.access_log); }},
    });
}

}  // namespace gatehouse::conf
