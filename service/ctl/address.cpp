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

conf::admin admin_of(const std::string& file)
{
    const auto loaded = conf::load(file, conf::used_by::lb);
    std::string problems;
    for (const auto& each : loaded.problems)
        problems += (problems.empty() ? "" : "\n") + conf::to_string(each);
    if (!loaded.value) throw bad_configuration_file(problems);
    if (!loaded.value->lb) throw bad_configuration_file(file + ": there is no lb section");
    return loaded.value->lb->admin;
}

// Where to connect for what a daemon binds: the wildcard address is no destination.
conf::bind_address reachable(conf::bind_address bound, const std::string& file)
{
    if (bound.port == 0)
        throw usage_error("lb.admin of " + file + " binds a free port; give --admin with the one it got");
    const auto address = boost::asio::ip::make_address(bound.address);
    if (address.is_unspecified()) bound.address = address.is_v6() ? "::1" : "127.0.0.1";
    return bound;
}

}  // namespace

std::vector<option> admin_options()
{
    return {{"--admin", "ADDR:PORT", "the daemon's admin endpoint (default 127.0.0.1:9101)"},
            {"--config", "FILE", "take the endpoint and its token from lb.admin of FILE"}};
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

admin_endpoint find_endpoint(const invocation& asked)
{
    admin_endpoint found{"127.0.0.1", 9101, variable("GATEHOUSE_ADMIN_TOKEN")};
    const auto take = [&found](const admin_endpoint& from) {
        found.host = from.host;
        found.port = from.port;
    };
    if (const auto file = asked.value("--config"); asked.has("--config")) {
        const auto admin = admin_of(file);
        if (!admin.token.empty()) found.token = admin.token;
        if (!asked.has("--admin")) {
            const auto where = reachable(admin.bind, file);
            take({where.address, where.port, {}});
        }
    }
    if (asked.has("--admin"))
        take(parse_endpoint(asked.value("--admin")));
    else if (const auto from_environment = variable("GATEHOUSE_ADMIN");
             !asked.has("--config") && !from_environment.empty())
        take(parse_endpoint(from_environment));
    return found;
}

}  // namespace gatehouse::service::ctl
