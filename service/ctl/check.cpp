#include "service/ctl/command.hpp"

#include "conf/config.hpp"
#include "service/exit_code.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace gatehouse::service::ctl {

namespace {

namespace json = boost::json;

json::object as_json(const std::string& file, const conf::load_result& loaded)
{
    json::array errors;
    for (const auto& each : loaded.problems)
        errors.push_back({{"file", each.file},
                          {"line", each.line},
                          {"column", each.column},
                          {"path", each.path},
                          {"message", each.message}});
    return {{"file", file}, {"ok", loaded.value != nullptr}, {"errors", std::move(errors)}};
}

int run_check(const invocation& asked, terminal screen)
{
    const auto& file = asked.operands().front();
    const auto loaded = conf::load(file);
    if (asked.has("--json")) {
        screen.out << json::serialize(as_json(file, loaded)) << '\n';
    } else {
        for (const auto& each : loaded.problems) screen.err << conf::to_string(each) << '\n';
        if (loaded.value) screen.out << file << ": ok\n";
    }
    return loaded.value ? exit_code::ok : exit_code::problem;
}

}  // namespace

command check_command()
{
    return {
        "check",
        "FILE",
        "check a configuration file without using it",
        "Reads FILE as the daemons would, with its certificates and the files it names, and prints every\n"
        "error as file:line:column: path.to.key: what is wrong. Starts nothing and asks no daemon.\n"
        "Exit code: 0 when the file is good, 1 when it is not.",
        1,
        {},
        run_check};
}

}  // namespace gatehouse::service::ctl
