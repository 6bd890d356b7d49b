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
using std::chrono::sys_seconds;

int run_sessions(const invocation& asked, terminal screen)
{
    std::string path = "/api/v1/sessions";
    if (asked.has("--instance")) {
        if (asked.value("--instance").empty()) throw usage_error("--instance takes an instance id, not ''");
        path += "?instance=" + path_segment(asked.value("--instance"));
    }
    const auto sessions = call_ok(find_endpoint(asked, daemon_kind::bastion), "GET", path);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    screen.out << (asked.has("--json") ? json::serialize(sessions) + '\n' : show_sessions(sessions, now));
    return exit_code::ok;
}

int run_kill(const invocation& asked, terminal screen)
{
    const auto& id = asked.operands().front();
    if (id.empty()) throw usage_error("a session has an id, see 'gatehouse sessions'");
    const auto answer =
        call_ok(find_endpoint(asked, daemon_kind::bastion), "DELETE", "/api/v1/sessions/" + path_segment(id));
    screen.out << (asked.has("--json") ? json::serialize(answer) : id + " is ended") << '\n';
    return exit_code::ok;
}

std::string age(const json::value& since, sys_seconds now)
{
    if (!since.is_number()) return "-";
    return duration(static_cast<double>(now.time_since_epoch().count()) - since.to_number<double>());
}

std::string time_left(const json::value& ends, sys_seconds now)
{
    if (!ends.is_number()) return "-";
    return duration(ends.to_number<double>() - static_cast<double>(now.time_since_epoch().count()));
}

// The key that logged in. Whoever came with a certificate is known by the CA and what the CA called it.
std::string credential(const json::value& session)
{
    const auto ca = text(session, "ca"), named = text(session, "key_id");
    if (ca == "-") return text(session, "key");
    return "CA " + ca + (named == "-" ? "" : " (" + named + ')');
}

std::string show_channels(const json::array& sessions, sys_seconds now)
{
    table all({"SESSION", "CHANNEL", "REQUESTED", "INSTANCE", "GROUP", "TARGET", "LOCAL", "AGE", "RECEIVED",
               "SENT", "RULE"});
    bool any = false;
    for (const auto& session : sessions)
        for (const auto& each : list(session, "channels")) {
            any = true;
            all.row({text(session, "id"), text(each, "number"), text(each, "requested"),
                     text(each, "instance"), text(each, "group"), text(each, "target"), text(each, "local"),
                     age(part(each, "since"), now), size(part(each, "received_bytes")),
                     size(part(each, "sent_bytes")), text(each, "rule")});
        }
    return any ? '\n' + all.text() : "";
}

}  // namespace

std::string show_sessions(const json::value& sessions, sys_seconds now)
{
    table all({"SESSION", "USER", "SOURCE", "AGE", "IDLE", "KEY OR CA", "ENDS IN", "CLIENT"});
    const auto& found = list(sessions, "sessions");
    for (const auto& each : found)
        all.row({text(each, "id"), text(each, "user"), text(each, "source"), age(part(each, "since"), now),
                 duration(part(each, "idle_seconds")), credential(each), time_left(part(each, "ends"), now),
                 text(each, "client")});
    return all.text() + show_channels(found, now);
}

command sessions_command()
{
    auto options = admin_options(daemon_kind::bastion);
    options.push_back({"--instance", "ID", "only sessions with a channel to this instance"});
    return {
        "sessions",
        "",
        "list who is logged in at the bastion, and where to",
        "Lists every session with its user, source and key, and below every channel that is open: to which\n"
        "server, by which rule, with how many bytes from and to the client. LOCAL is the address that the\n"
        "server's sshd logs. ENDS IN is how long the key or certificate still holds.\n"
        "Exit code: 0.",
        0,
        std::move(options),
        run_sessions};
}

command sessions_kill_command()
{
    return {
        "sessions kill",
        "ID",
        "end a session at the bastion, with all its channels",
        "The session ends at once; the audit log says that the operator did it. Who still may log in can\n"
        "come back: take the key or the rule away first, then `gatehouse reload --bastion`.\n"
        "Exit code: 0, or 1 when there is no such session.",
        1,
        admin_options(daemon_kind::bastion),
        run_kill};
}

}  // namespace gatehouse::service::ctl
