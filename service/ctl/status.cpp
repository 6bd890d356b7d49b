#include "service/ctl/address.hpp"
#include "service/ctl/command.hpp"
#include "service/ctl/json_view.hpp"
#include "service/ctl/show.hpp"
#include "service/ctl/table.hpp"
#include "service/exit_code.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace gatehouse::service::ctl {

namespace {

namespace json = boost::json;

bool last_reload_failed(const json::value& status)
{
    const auto& successful = part(part(status, "config"), "last_reload_successful");
    return successful.is_bool() && !successful.get_bool();
}

int run_status(const invocation& asked, terminal screen)
{
    const auto status = call_ok(find_endpoint(asked), "GET", "/api/v1/status");
    screen.out << (asked.has("--json") ? json::serialize(status) + '\n' : show_status(status));
    return last_reload_failed(status) ? exit_code::problem : exit_code::ok;
}

}  // namespace

std::string show_status(const json::value& status)
{
    const auto& config = part(status, "config");
    table facts;
    facts.row({"version", text(status, "version")});
    facts.row({"state", text(status, "state") + ", up " + duration(part(status, "uptime_seconds"))});
    facts.row({"workers", text(status, "workers")});
    for (const auto& [name, member] : {std::pair{"requests", "requests_total"},
                                       {"sessions", "sessions"},
                                       {"channels", "channels"},
                                       {"logins", "logins_total"}})
        if (!part(status, member).is_null()) facts.row({name, text(status, member)});
    facts.row({"configuration", text(config, "file") + ", generation " + text(config, "generation") +
                                    ", loaded " + moment(part(config, "loaded_at"))});
    facts.row({"last reload",
               last_reload_failed(status) ? "failed, the configuration before it still serves" : "ok"});
    auto shown = facts.text();
    for (const auto& each : list(config, "errors")) shown += "  " + text(each) + '\n';
    table listeners({"LISTENER", "ADDRESS", "PROTOCOL", "CONNECTIONS"});
    for (const auto& each : list(status, "listeners"))
        listeners.row(
            {text(each, "name"), text(each, "address"), text(each, "protocol"), text(each, "connections")});
    return shown + '\n' + listeners.text();
}

command status_command()
{
    return {"status",
            "",
            "show what the daemon is doing",
            "Shows version, state, configuration and listeners of the load balancer, or of the bastion.\n"
            "Exit code: 0, or 1 when the last reload failed.",
            0,
            either_admin_options(),
            run_status};
}

}  // namespace gatehouse::service::ctl
