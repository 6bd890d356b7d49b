#include "service/ctl/address.hpp"
#include "service/ctl/command.hpp"
#include "service/ctl/json_view.hpp"
#include "service/ctl/show.hpp"
#include "service/ctl/table.hpp"
#include "service/exit_code.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace gatehouse::service::ctl {

namespace {

namespace json = boost::json;

json::array parse_header(const std::string& line)
{
    const auto colon = line.find(':');
    if (colon == 0 || colon == std::string::npos)
        throw usage_error("-H takes 'Name: value', not '" + line + '\'');
    auto value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(" \t"));
    return {line.substr(0, colon), value};
}

// The authority of an absolute URL, which a client would send as Host; empty for a bare path.
std::string authority_of(const std::string& url)
{
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return {};
    const auto begin = scheme + 3;
    return url.substr(begin, url.find_first_of("/?#", begin) - begin);
}

bool names_host(const json::value& header)
{
    return boost::beast::iequals(std::string_view(header.get_array()[0].get_string()), "Host");
}

json::object question(const invocation& asked)
{
    const auto& url = asked.operands()[1];
    json::array headers;
    for (const auto& each : asked.values("-H")) headers.push_back(parse_header(each));
    const auto authority = authority_of(url);
    if (!authority.empty() && std::none_of(headers.begin(), headers.end(), names_host))
        headers.insert(headers.begin(), json::array{"Host", authority});
    json::object built{{"method", asked.operands()[0]}, {"url", url}, {"headers", std::move(headers)}};
    if (asked.has("--listener")) built["listener"] = asked.value("--listener");
    if (asked.has("--from")) {
        boost::system::error_code wrong;
        boost::asio::ip::make_address(asked.value("--from"), wrong);
        if (wrong) throw usage_error("--from takes an IP address, not '" + asked.value("--from") + '\'');
        built["source"] = asked.value("--from");
    }
    return built;
}

int run_explain(const invocation& asked, terminal screen)
{
    const auto body = question(asked);
    const auto answer = call_ok(find_endpoint(asked), "POST", "/api/v1/explain", body);
    screen.out << (asked.has("--json") ? json::serialize(answer) + '\n' : show_explanation(answer));
    return exit_code::ok;
}

// "redirect status=301 path=/new", whatever members the action has.
std::string show_action(const json::value& action)
{
    auto shown = text(action, "type");
    if (!action.is_object()) return shown;
    for (const auto& [key, value] : action.get_object())
        if (key != "type" && !value.is_null()) shown += ' ' + std::string(key) + '=' + text(value);
    return shown;
}

std::string show_target(const json::value& target)
{
    if (!target.is_object()) return text(target);
    std::string shown;
    for (const char* member : {"group", "id", "address", "state"})
        if (!part(target, member).is_null()) shown += (shown.empty() ? "" : " ") + text(target, member);
    return shown;
}

}  // namespace

std::string show_explanation(const json::value& explanation)
{
    table facts;
    facts.row({"listener", text(explanation, "listener")});
    const bool refused = !part(explanation, "refused").is_null();  // its framing is wrong: no rule is asked
    if (refused)
        facts.row({"refused", text(explanation, "refused") + ", status " + text(explanation, "status")});
    else
        facts.row({"rule", text(explanation, "rule")});
    for (const auto& each : list(explanation, "matched")) facts.row({"matched", text(each)});
    if (!refused) facts.row({"action", show_action(part(explanation, "action"))});
    for (const auto& each : list(explanation, "target_groups"))
        facts.row({"target group", text(each, "group") + ", weight " + text(each, "weight")});
    for (const auto& each : list(explanation, "targets")) facts.row({"target", show_target(each)});
    auto shown = facts.text();
    if (!list(explanation, "steps").empty()) shown += "\nsteps\n";
    for (const auto& each : list(explanation, "steps")) shown += "  " + text(each) + '\n';
    return shown;
}

command explain_command()
{
    auto options = admin_options();
    options.push_back(
        {"-H", "'NAME: VALUE'", "a header field of the request; may be repeated", option::repeats::yes});
    options.push_back({"--listener", "NAME", "the listener it arrives at (default: the one its URL fits)"});
    options.push_back({"--from", "IP", "the client's address, for rules with a source"});
    return {
        "explain request",
        "METHOD URL",
        "tell which rule a request meets and where it would go",
        "Walks a request that is not sent through the running rules and says why each did or did not match.\n"
        "Exit code: 0, or 1 when the daemon cannot tell.",
        2,
        std::move(options),
        run_explain};
}

}  // namespace gatehouse::service::ctl
