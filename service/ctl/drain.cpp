#include "service/ctl/address.hpp"
#include "service/ctl/command.hpp"
#include "service/ctl/json_view.hpp"
#include "service/ctl/show.hpp"
#include "service/ctl/table.hpp"
#include "service/exit_code.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace gatehouse::service::ctl {

namespace {

namespace json = boost::json;

bool is(const json::value& member, std::string_view text)
{
    return member.is_string() && std::string_view(member.get_string()) == text;
}

std::string api_path(std::string_view group, std::string_view id, std::string_view verb)
{
    return "/api/v1/targets/" + path_segment(group) + '/' + path_segment(id) + '/' + std::string(verb);
}

// The calls that GROUP/TARGET or TARGET mean: the latter is the target of that id in every group that has it.
std::vector<std::string> meant(const admin_endpoint& where, const std::string& operand, std::string_view verb)
{
    const auto slash = operand.find('/');
    if (slash != std::string::npos)
        return {api_path(operand.substr(0, slash), operand.substr(slash + 1), verb)};
    std::vector<std::string> paths;
    const auto targets = call_ok(where, "GET", "/api/v1/targets");
    for (const auto& group : list(targets, "target_groups"))
        for (const auto& each : list(group, "targets"))
            if (is(part(each, "id"), operand) && part(group, "name").is_string())
                paths.push_back(api_path(part(group, "name").get_string(), operand, verb));
    if (paths.empty()) throw call_refused("no target group has a target '" + operand + '\'');
    return paths;
}

int change(const invocation& asked, terminal screen, std::string_view verb)
{
    const auto where = find_endpoint(asked);
    json::array results;
    for (const auto& path : meant(where, asked.operands().front(), verb))
        results.push_back(call_ok(where, "POST", path));
    if (asked.has("--json"))
        screen.out << json::serialize(json::object{{"results", std::move(results)}}) << '\n';
    else
        screen.out << show_drained(results);
    return exit_code::ok;
}

}  // namespace

std::string show_drained(const json::array& results)
{
    table all({"GROUP", "TARGET", "STATE"});
    for (const auto& each : results) all.row({text(each, "group"), text(each, "id"), text(each, "state")});
    return all.text();
}

command drain_command()
{
    return {"drain",
            "[GROUP/]TARGET",
            "send a target no new requests",
            "The target gets no new request from now on and keeps its running ones for the group's\n"
            "deregistration_delay. Without GROUP it is drained in every group that has it. Returns at once;\n"
            "watch `gatehouse targets` for its end. Survives reloads, not a restart of the daemon.\n"
            "Exit code: 0, or 1 when there is no such target.",
            1,
            admin_options(),
            [](const invocation& asked, terminal screen) { return change(asked, screen, "drain"); }};
}

command undrain_command()
{
    return {
        "undrain",
        "[GROUP/]TARGET",
        "take a drain back",
        "The target gets requests again once it is healthy. Without GROUP it is undrained in every group\n"
        "that has it.\n"
        "Exit code: 0, or 1 when there is no such target.",
        1,
        admin_options(),
        [](const invocation& asked, terminal screen) { return change(asked, screen, "undrain"); }};
}

}  // namespace gatehouse::service::ctl
