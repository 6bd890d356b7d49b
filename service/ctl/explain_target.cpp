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

int run_explain_target(const invocation& asked, terminal screen)
{
    const json::object body{{"id", asked.operands().front()}};
    const auto answer = call_ok(find_endpoint(asked), "POST", "/api/v1/explain/target", body);
    screen.out << (asked.has("--json") ? json::serialize(answer) + '\n' : show_target_explanation(answer));
    return exit_code::ok;
}

std::string show_steps(const json::value& explained, const std::string& indent)
{
    const auto& steps = list(explained, "steps");
    if (steps.empty()) return {};
    auto shown = indent + "steps\n";
    for (const auto& each : steps) shown += indent + "  " + text(each) + '\n';
    return shown;
}

std::string show_membership(const json::value& target)
{
    table facts;
    for (const char* member : {"address", "zone", "state"})
        facts.row({"  " + std::string(member), text(target, member)});
    return text(target, "group") + (flag(target, "used") ? ": gets requests\n" : ": gets no requests\n") +
           facts.text() + show_steps(target, "  ");
}

}  // namespace

std::string show_target_explanation(const json::value& explanation)
{
    const auto& targets = list(explanation, "targets");
    auto shown = "target  " + text(explanation, "id") + '\n';
    for (const auto& each : targets) shown += '\n' + show_membership(each);
    if (targets.empty()) shown += "\nit is in no target group\n";
    const auto steps = show_steps(explanation, "");
    return shown + (steps.empty() ? "" : '\n' + steps);
}

command explain_target_command()
{
    return {"explain target",
            "ID",
            "tell why a target gets requests or none",
            "Says for each target group whether the target gets new requests, and what led there: the "
            "inventory,\n"
            "its lifecycle, health, drains and zones. ID is an instance id, an address or a Name tag.\n"
            "Exit code: 0, or 1 when the daemon knows no such target.",
            1,
            admin_options(),
            run_explain_target};
}

}  // namespace gatehouse::service::ctl
