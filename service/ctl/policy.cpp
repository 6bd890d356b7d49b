#include "conf/scalars.hpp"
#include "service/ctl/address.hpp"
#include "service/ctl/command.hpp"
#include "service/ctl/json_view.hpp"
#include "service/ctl/show.hpp"
#include "service/ctl/table.hpp"
#include "service/exit_code.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace gatehouse::service::ctl {

namespace {

namespace json = boost::json;

json::object question(const invocation& asked)
{
    const auto user = asked.value("--user"), to = asked.value("--to");
    if (user.empty() || to.empty()) throw usage_error("policy test needs --user and --to");
    json::object built{{"user", user}, {"to", to}};
    if (asked.has("--port")) {
        const auto port = conf::parse_count(asked.value("--port"));
        if (!port || *port < 1 || *port > 65535)
            throw usage_error("--port takes 1 .. 65535, not '" + asked.value("--port") + '\'');
        built["port"] = *port;
    }
    if (asked.has("--from")) {
        boost::system::error_code wrong;
        boost::asio::ip::make_address(asked.value("--from"), wrong);
        if (wrong) throw usage_error("--from takes an IP address, not '" + asked.value("--from") + '\'');
        built["from"] = asked.value("--from");
    }
    if (asked.has("--at")) {
        if (!conf::parse_time(asked.value("--at")))
            throw usage_error("--at takes a time such as 2026-12-31T18:00:00Z, not '" + asked.value("--at") +
                              '\'');
        built["at"] = asked.value("--at");
    }
    return built;
}

int run_test(const invocation& asked, terminal screen)
{
    const auto body = question(asked);
    const auto verdict =
        call_ok(find_endpoint(asked, daemon_kind::bastion), "POST", "/api/v1/policy/test", body);
    screen.out << (asked.has("--json") ? json::serialize(verdict) + '\n' : show_policy(verdict));
    return flag(verdict, "allowed") ? exit_code::ok : exit_code::problem;
}

std::string people(const json::value& verdict)
{
    std::string groups;
    for (const auto& each : list(verdict, "groups")) groups += (groups.empty() ? "" : ", ") + text(each);
    if (groups.empty()) groups = "-";
    return flag(verdict, "user_known") ? groups : groups + " (not in bastion.users)";
}

std::string target(const json::value& verdict)
{
    const auto name = text(verdict, "name"), group = text(verdict, "group");
    return text(verdict, "instance") + (name == "-" ? "" : " (" + name + ')') +
           (group == "-" ? "" : " in " + group);
}

// An IPv6 address in brackets, as the port follows.
std::string endpoint(const json::value& verdict)
{
    const auto address = text(verdict, "address"), port = text(verdict, "port");
    return (address.find(':') == address.npos ? address : '[' + address + ']') + ':' + port;
}

std::string show_rules(const json::array& rules)
{
    if (rules.empty()) return {};
    table all({"RULE", "MATCHES", "WHY"});
    for (const auto& each : rules) all.row({text(each, "rule"), text(each, "matches"), text(each, "text")});
    return '\n' + all.text();
}

std::string show_candidates(const json::array& candidates)
{
    if (candidates.empty()) return {};
    table all({"CANDIDATE", "NAME", "GROUP", "ADDRESS"});
    for (const auto& each : candidates)
        all.row({text(each, "id"), text(each, "name"), text(each, "group"), text(each, "address")});
    return '\n' + all.text();
}

}  // namespace

std::string show_policy(const json::value& verdict)
{
    table facts;
    facts.row({"decision", flag(verdict, "allowed") ? "allowed" : "refused, " + text(verdict, "reason")});
    facts.row({"groups", people(verdict)});
    facts.row({"target", target(verdict)});
    if (!part(verdict, "address").is_null()) facts.row({"address", endpoint(verdict)});
    facts.row({"rule", text(verdict, "rule")});
    if (!part(verdict, "until").is_null()) facts.row({"until", moment(part(verdict, "until"))});
    return facts.text() + show_rules(list(verdict, "rules")) + show_candidates(list(verdict, "candidates"));
}

command policy_test_command()
{
    auto options = admin_options(daemon_kind::bastion);
    options.push_back({"--user", "USER", "who logs in; required"});
    options.push_back({"--to", "NAME", "the server, as in `ssh -J bastion NAME`; required"});
    options.push_back({"--port", "PORT", "its port (default 22)"});
    options.push_back({"--from", "IP", "the client's address (default 127.0.0.1), for rules with a source"});
    options.push_back({"--at", "TIME", "when, RFC 3339 (default now), for rules with hours"});
    return {
        "policy test",
        "--user USER --to NAME",
        "tell whether the bastion would let a user through, and why",
        "Asks the running rules and tells which of them decides, and why the ones before it do not. Opens\n"
        "nothing and logs nothing. Whether the user has a key to log in with is not asked.\n"
        "Exit code: 0 when it is allowed, 1 when it is refused or the daemon cannot tell.",
        0,
        std::move(options),
        run_test};
}

}  // namespace gatehouse::service::ctl
