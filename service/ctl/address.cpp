#include "service/ctl/address.hpp"

#include "conf/config.hpp"
#include "service/environment.hpp"
#include "service/sockets.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdlib>

namespace gatehouse::service::ctl {

namespace {

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

// Where one of the daemons is looked for.
struct whereabouts {
    conf::used_by files;
    const char* section;  // its key at the top of the file
    const char* variable;
    std::uint16_t port;
};

const whereabouts& of(daemon_kind kind)
{
    static constexpr whereabouts lb{conf::used_by::lb, "lb", "GATEHOUSE_ADMIN", 9101};
    static constexpr whereabouts bastion{conf::used_by::bastion, "bastion", "GATEHOUSE_BASTION_ADMIN", 9102};
    return kind == daemon_kind::lb ? lb : bastion;
}

const conf::admin* admin_in(const conf::config& file, daemon_kind kind)
{
    if (kind == daemon_kind::lb) return file.lb ? &file.lb->admin : nullptr;
    return file.bastion ? &file.bastion->admin : nullptr;
}

conf::admin admin_of(const std::string& file, daemon_kind kind)
{
    const auto loaded = conf::load(file, of(kind).files);
    std::string problems;
    for (const auto& each : loaded.problems)
        problems += (problems.empty() ? "" : "\n") + conf::to_string(each);
    if (!loaded.value) throw bad_configuration_file(problems);
    if (const auto* found = admin_in(*loaded.value, kind)) return *found;
    throw bad_configuration_file(file + ": there is no " + of(kind).section + " section");
}

// Where to connect for what a daemon binds: the wildcard address is no destination.
conf::bind_address reachable(conf::bind_address bound, const std::string& file, const char* section)
{
    if (bound.port == 0)
        throw usage_error(section + (".admin of " + file) +
                          " binds a free port; give --admin with the one it got");
    const auto address = boost::asio::ip::make_address(bound.address);
    if (address.is_unspecified()) bound.address = address.is_v6() ? "::1" : "127.0.0.1";
    return bound;
}

}  // namespace

std::vector<option> admin_options(daemon_kind asked)
{
    if (asked == daemon_kind::bastion)
        return {{"--admin", "ADDR:PORT", "the bastion's admin endpoint (default 127.0.0.1:9102)"},
                {"--config", "FILE", "take the endpoint and its token from bastion.admin of FILE"}};
    return {{"--admin", "ADDR:PORT", "the daemon's admin endpoint (default 127.0.0.1:9101)"},
            {"--config", "FILE", "take the endpoint and its token from lb.admin of FILE"}};
}

std::vector<option> either_admin_options()
{
    auto options = admin_options();
    options.push_back({"--bastion", "", "ask the bastion: port 9102, bastion.admin of FILE"});
    return options;
}

admin_endpoint parse_endpoint(std::string_view text)
{
    const auto colon = text.rfind(':');
    auto host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto digits = colon == text.npos ? std::string_view() : text.substr(colon + 1);
    const auto port = number_in<std::uint16_t>(std::string(digits));
    const bool bare_v6 = !bracketed && host.find(':') != host.npos;
    if (host.empty() || port == 0 || bare_v6)
        throw usage_error("'" + std::string(text) +
                          "' is not ADDR:PORT, such as 127.0.0.1:9101 or [::1]:9101");
    return {std::string(host), port, {}};
}

admin_endpoint find_endpoint(const invocation& asked, daemon_kind kind)
{
    if (asked.has("--bastion")) kind = daemon_kind::bastion;
    admin_endpoint found{"127.0.0.1", of(kind).port, variable("GATEHOUSE_ADMIN_TOKEN")};
    const auto take = [&found](const admin_endpoint& from) {
        found.host = from.host;
        found.port = from.port;
    };
    if (const auto file = asked.value("--config"); asked.has("--config")) {
        const auto admin = admin_of(file, kind);
        if (!admin.token.empty()) found.token = admin.token;
        if (!asked.has("--admin")) {
            const auto where = reachable(admin.bind, file, of(kind).section);
            take({where.address, where.port, {}});
        }
    }
    if (asked.has("--admin"))
        take(parse_endpoint(asked.value("--admin")));
    else if (const auto from_environment = variable(of(kind).variable);
             !asked.has("--config") && !from_environment.empty())
        take(parse_endpoint(from_environment));
    return found;
}

}  // namespace gatehouse::service::ctl
