#include "service/ctl/address.hpp"
#include "service/ctl/command.hpp"
#include "service/ctl/json_view.hpp"
#include "service/exit_code.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace gatehouse::service::ctl {

namespace {

constexpr unsigned unprocessable = 422;  // the new configuration has errors; the old one still serves

int run_reload(const invocation& asked, terminal screen)
{
    const auto answer = call(find_endpoint(asked), "POST", "/api/v1/reload");
    const bool reloaded = answer.status == 200;
    if (!reloaded && answer.status != unprocessable) {
        const auto reason = text(answer.body, "error");
        throw call_refused(reason != "-" ? reason : "the daemon answered " + std::to_string(answer.status));
    }
    if (asked.has("--json")) {
        screen.out << boost::json::serialize(answer.body) << '\n';
    } else if (reloaded) {
        screen.out << "reloaded\n";
    } else {
        for (const auto& each : list(answer.body, "errors")) screen.err << text(each) << '\n';
        screen.err << "gatehouse: not reloaded, the running configuration still serves\n";
    }
    return reloaded ? exit_code::ok : exit_code::problem;
}

}  // namespace

command reload_command()
{
    return {
        "reload",
        "",
        "make the daemon read its configuration again",
        "Waits for the outcome, unlike SIGHUP. A file with errors changes nothing: they are printed and the\n"
        "running configuration goes on.\n"
        "Exit code: 0 when the new configuration serves, 1 when it was refused.",
        0,
        either_admin_options(),
        run_reload};
}

}  // namespace gatehouse::service::ctl
