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

int run_penalties(const invocation& asked, terminal screen)
{
    const auto penalties = call_ok(find_endpoint(asked, daemon_kind::bastion), "GET", "/api/v1/penalties");
    screen.out << (asked.has("--json") ? json::serialize(penalties) + '\n' : show_penalties(penalties));
    return exit_code::ok;
}

int run_forgive(const invocation& asked, terminal screen)
{
    const auto& source = asked.operands().front();
    if (source.empty()) throw usage_error("a source is an address, see 'gatehouse penalties'");
    const auto answer = call_ok(find_endpoint(asked, daemon_kind::bastion), "DELETE",
                                "/api/v1/penalties/" + path_segment(source));
    screen.out << (asked.has("--json") ? json::serialize(answer) : source + " is forgiven") << '\n';
    return exit_code::ok;
}

}  // namespace

std::string show_penalties(const json::value& penalties)
{
    table all({"SOURCE", "LAST", "LEFT", "REFUSED"});
    for (const auto& each : list(penalties, "penalties"))
        all.row({text(each, "source"), text(each, "last"), duration(part(each, "seconds_left")),
                 text(each, "enforced")});
    return all.text();
}

command penalties_command()
{
    return {
        "penalties",
        "",
        "list the sources that the bastion makes wait",
        "Lists every source that failed to log in lately: what it did last, and how long until that is\n"
        "forgotten. REFUSED tells whether it is refused until then; below 15 s nobody is. A source is an\n"
        "IPv4 address or the /64 of an IPv6 address.\n"
        "Exit code: 0.",
        0,
        admin_options(daemon_kind::bastion),
        run_penalties};
}

command penalties_forgive_command()
{
    return {"penalties forgive",
            "SOURCE",
            "let a source of failed logins in again",
            "SOURCE is an address. The networks in bastion.penalties.exempt never wait.\n"
            "Exit code: 0, or 1 when SOURCE has no penalty.",
            1,
            admin_options(daemon_kind::bastion),
            run_forgive};
}

}  // namespace gatehouse::service::ctl
