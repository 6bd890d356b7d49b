#include "service/ctl/address.hpp"
#include "service/ctl/command.hpp"
#include "service/ctl/json_view.hpp"
#include "service/ctl/show.hpp"
#include "service/ctl/table.hpp"
#include "service/exit_code.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <iomanip>
#include <sstream>

namespace gatehouse::service::ctl {

namespace {

namespace json = boost::json;

int run_discover(const invocation& asked, terminal screen)
{
    const auto found = call_ok(find_endpoint(asked), "POST", "/api/v1/discover");
    screen.out << (asked.has("--json") ? json::serialize(found) + '\n' : show_discovery(found));
    return list(found, "problems").empty() ? exit_code::ok : exit_code::problem;
}

std::string elapsed(const json::value& seconds)
{
    if (!seconds.is_number()) return "-";
    std::ostringstream shown;
    shown << std::fixed << std::setprecision(2) << seconds.to_number<double>() << 's';
    return shown.str();
}

std::string auto_scaling_groups(const json::value& group)
{
    std::string names;
    const auto append = [&names](const std::string& name) { names += (names.empty() ? "" : ", ") + name; };
    for (const auto& each : list(group, "auto_scaling_groups")) append(text(each));
    for (const auto& each : list(group, "missing")) append(text(each) + " (missing)");
    return names.empty() ? "-" : names;
}

std::string show_groups(const json::array& groups)
{
    table all({"GROUP", "RESULT", "AUTO SCALING GROUPS", "INSTANCES"});
    for (const auto& each : groups)
        all.row({text(each, "name"), text(each, "result"), auto_scaling_groups(each),
                 std::to_string(list(each, "instances").size())});
    return all.text();
}

std::string ec2_state(const json::value& instance)
{
    return text(instance, "ec2_state") + (flag(instance, "spot") ? " (spot)" : "");
}

std::string show_instances(const json::array& groups)
{
    table all(
        {"GROUP", "INSTANCE", "ZONE", "STATE", "HEALTH", "EC2", "ADDRESS", "NAME", "LAUNCHED", "LIFECYCLE"});
    bool any = false;
    for (const auto& group : groups)
        for (const auto& each : list(group, "instances")) {
            any = true;
            all.row({text(group, "name"), text(each, "id"), text(each, "zone"), text(each, "state"),
                     text(each, "health"), ec2_state(each), text(each, "address"), text(each, "name"),
                     moment(part(each, "launched")), text(each, "lifecycle")});
        }
    return any ? '\n' + all.text() : "";
}

std::string show_hooks(const json::array& hooks)
{
    if (hooks.empty()) return {};
    table all({"AUTO SCALING GROUP", "HOOK", "HEARTBEAT"});
    for (const auto& each : hooks) {
        const auto heartbeat = duration(part(each, "heartbeat_seconds"));
        all.row({text(each, "auto_scaling_group"), text(each, "hook"),
                 heartbeat == "-" ? "has no terminate hook of this name" : heartbeat});
    }
    return '\n' + all.text();
}

}  // namespace

std::string show_discovery(const json::value& found)
{
    table facts;
    facts.row({"region", text(found, "region")});
    facts.row({"credentials", text(found, "credentials")});
    facts.row({"calls", text(found, "calls") + " in " + elapsed(part(found, "seconds"))});
    const auto& groups = list(found, "groups");
    auto shown =
        facts.text() + '\n' + show_groups(groups) + show_instances(groups) + show_hooks(list(found, "hooks"));
    const auto& problems = list(found, "problems");
    if (!problems.empty()) shown += "\nproblems\n";
    for (const auto& each : problems) shown += "  " + text(each) + '\n';
    return shown;
}

command discover_command()
{
    return {
        "discover",
        "",
        "ask AWS now what the Auto Scaling Groups hold",
        "Makes the daemon ask AWS about every group that follows Auto Scaling, and shows what AWS answers "
        "and\n"
        "what is missing: rights, groups, hooks. Changes nothing. LIFECYCLE is what an instance is used as.\n"
        "It asks the running daemon because only the daemon has the node's keys. Takes up to 60 s.\n"
        "Exit code: 0, or 1 when there are problems or no group follows Auto Scaling.",
        0,
        admin_options(),
        run_discover};
}

}  // namespace gatehouse::service::ctl
