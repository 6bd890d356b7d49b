#include "service/ctl/address.hpp"
#include "service/ctl/command.hpp"
#include "service/ctl/json_view.hpp"
#include "service/ctl/show.hpp"
#include "service/ctl/table.hpp"
#include "service/exit_code.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace gatehouse::service::ctl {

namespace {

namespace json = boost::json;

int run_targets(const invocation& asked, terminal screen)
{
    const auto targets = call_ok(find_endpoint(asked), "GET", "/api/v1/targets");
    screen.out << (asked.has("--json") ? json::serialize(targets) + '\n' : show_targets(targets));
    return exit_code::ok;
}

std::string state_of(const json::value& target)
{
    return text(target, "state") + (flag(target, "operator_drained") ? " (operator)" : "");
}

std::string zone_of(const json::value& target)
{
    return text(target, "zone") + (flag(target, "zone_away") ? " (away)" : "");
}

std::string lifecycle_of(const json::value& target)
{
    const auto of_provider = text(target, "provider_state");
    return of_provider != "-" ? of_provider : text(target, "lifecycle");
}

// When the source of a group last answered. A list and a file have no age worth telling.
std::string freshness(const json::value& group)
{
    const auto source = text(group, "source"), age = duration(part(group, "age_seconds"));
    if (age == "-" || (source != "asg" && source != "dns")) return {};
    return text(group, "name") + (source == "asg" ? ": Auto Scaling" : ": DNS") + " answered " + age +
           " ago\n";
}

// The bastion sends people to servers: what counts is who is there and since when that is known.
std::string show_groups(const json::array& groups)
{
    table all({"GROUP", "TARGET", "NAME", "ZONE", "LIFECYCLE", "ADDRESS", "SESSIONS"});
    std::string notes;
    for (const auto& group : groups) {
        const auto name = text(group, "name");
        for (const auto& each : list(group, "members"))
            all.row({name, text(each, "id"), text(each, "name"), text(each, "zone"), lifecycle_of(each),
                     text(each, "address"), text(each, "sessions")});
        if (list(group, "members").empty()) notes += name + " has no members\n";
        notes += freshness(group);
    }
    return all.text() + (notes.empty() ? "" : '\n' + notes);
}

}  // namespace

std::string show_targets(const json::value& targets)
{
    if (part(targets, "groups").is_array()) return show_groups(list(targets, "groups"));
    table all({"GROUP", "TARGET", "NAME", "ZONE", "LIFECYCLE", "ADDRESS", "STATE", "IN FLIGHT", "DRAIN LEFT",
               "REASON"});
    std::string notes;
    for (const auto& group : list(targets, "target_groups")) {
        const auto name = text(group, "name");
        for (const auto& each : list(group, "targets"))
            all.row({name, text(each, "id"), text(each, "name"), zone_of(each), lifecycle_of(each),
                     text(each, "address"), state_of(each), text(each, "in_flight"),
                     duration(part(each, "drain_seconds_left")), text(each, "reason")});
        if (list(group, "targets").empty()) notes += name + " has no targets\n";
        if (flag(group, "fail_open")) notes += name + " fails open: too few are healthy, all get requests\n";
        notes += freshness(group);
    }
    return all.text() + (notes.empty() ? "" : '\n' + notes);
}

command targets_command()
{
    return {
        "targets",
        "",
        "list the targets of every group and how they are",
        "Lists every target with its health, its requests in flight and, while it drains, the time left.\n"
        "LIFECYCLE is its state as Auto Scaling tells it, else what the daemon uses it as. The lines below\n"
        "the table say how long ago Auto Scaling or DNS answered for a group.\n"
        "With --bastion it lists the servers that its rules name, with the sessions that are on them.\n"
        "Exit code: 0.",
        0,
        either_admin_options(),
        run_targets};
}

}  // namespace gatehouse::service::ctl
