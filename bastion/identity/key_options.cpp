#include "bastion/identity/key_options.hpp"

#include "bastion/identity/option_reader.hpp"
#include "bastion/identity/quoted.hpp"
#include "bastion/identity/timespec.hpp"
#include "conf/scalars.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::bastion {
namespace {

constexpr std::size_t longest_host = 1024;  // NI_MAXHOST
constexpr std::size_t most_targets = 4096;  // OpenSSH's limit of permitopen=
constexpr std::size_t most_principals = 1000;

using problem = std::optional<std::string>;  // what is wrong, or nothing

problem read_from(key_options& into, const std::string& value)
{
    if (into.from) return "more than one from=";
    auto patterns = address_patterns::parse(value);
    if (!patterns) return "from=: " + patterns.error();
    into.from = std::move(*patterns);
    return std::nullopt;
}

// Of several, the earliest counts.
problem read_expiry(key_options& into, const std::string& value)
{
    const auto time = parse_timespec(value);
    if (!time) return "expiry-time=: expected YYYYMMDD[HHMM[SS]][Z], found " + quoted(value);
    into.expires = into.expires ? std::min(*into.expires, *time) : *time;
    return std::nullopt;
}

problem read_principals(key_options& into, const std::string& value)
{
    if (!into.principals.empty()) return "more than one principals=";
    std::string_view rest = value;
    for (bool more = true; more;) {
        const auto comma = rest.find(',');
        const auto name = rest.substr(0, comma);
        if (name.empty()) return "principals=: an empty name";
        if (into.principals.size() == most_principals) return "principals=: too many names";
        into.principals.emplace_back(name);
        more = comma != std::string_view::npos;
        if (more) rest.remove_prefix(comma + 1);
    }
    return std::nullopt;
}

// "host:port", "[v6]:port"; the port may be "*". Empty when it is none.
std::optional<permitted_target> parse_target(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    const auto port = text.substr(colon + 1);
    if (host.size() > 2 && host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return std::nullopt;
    if (host.empty() || host.size() >= longest_host || host.find_first_of("/[]") != std::string_view::npos)
        return std::nullopt;
    permitted_target made{std::string(host), std::nullopt};
    if (port == "*") return made;
    const auto number = conf::parse_count(port);
    if (!number || *number == 0 || *number > 65535) return std::nullopt;
    made.port = static_cast<std::uint16_t>(*number);
    return made;
}

problem read_target(key_options& into, const std::string& value)
{
    auto target = parse_target(value);
    if (!target) return "permitopen=: expected host:port, found " + quoted(value);
    if (into.allowed.targets.size() == most_targets) return "too many permitopen=";
    into.allowed.targets.push_back(std::move(*target));
    return std::nullopt;
}

problem read_command(key_options& into, const std::string&)
{
    if (!into.allowed.commands) return "more than one command=";
    into.allowed.commands = false;
    return std::nullopt;
}

problem read_environment(key_options&, const std::string& value)
{
    const auto end = value.find('=');
    const bool named =
        end != 0 && end != std::string::npos &&
        std::all_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
    if (!named) return "environment=: expected NAME=value, found " + quoted(value);
    return std::nullopt;
}

problem read_nothing(key_options&, const std::string&)
{
    return std::nullopt;
}

struct valued_option {
    std::string_view name;
    problem (*read)(key_options& into, const std::string& value);
};
constexpr std::array<valued_option, 8> valued_options{{
    {"from", read_from},
    {"expiry-time", read_expiry},
    {"principals", read_principals},
    {"permitopen", read_target},
    {"command", read_command},
    {"environment", read_environment},
    {"permitlisten", read_nothing},
    {"tunnel", read_nothing},
}};

// Flags that have a "no-" form, and what they are without it. Null: nothing that exists here.
struct flag {
    std::string_view name;
    void (*set)(key_options& into, bool on);
};
constexpr std::array<flag, 6> flags{{
    {"port-forwarding", [](key_options& into, bool on) { into.allowed.forwarding = on; }},
    {"touch-required", [](key_options& into, bool on) { into.touch_required = on; }},
    {"agent-forwarding", nullptr},
    {"x11-forwarding", nullptr},
    {"pty", nullptr},
    {"user-rc", nullptr},
}};

bool set_flag(key_options& into, std::string_view name)
{
    if (name == "cert-authority") into.authority = true;
    if (name == "verify-required") into.verify_required = true;
    if (name == "restrict") into.allowed.forwarding = false;
    if (name == "cert-authority" || name == "verify-required" || name == "restrict") return true;
    const bool on = !name.starts_with("no-");
    if (!on) name.remove_prefix(3);
    const auto* const found =
        std::find_if(flags.begin(), flags.end(), [&](const flag& each) { return each.name == name; });
    if (found == flags.end()) return false;
    if (found->set) found->set(into, on);
    return true;
}

problem apply(key_options& into, const key_option& option)
{
    if (!option.value) {
        if (set_flag(into, option.name)) return std::nullopt;
        return "unknown option " + quoted(option.name);
    }
    for (const auto& each : valued_options)
        if (each.name == option.name) return each.read(into, *option.value);
    return "unknown option " + quoted(option.name + '=');
}

}  // namespace

boost::system::result<key_options, std::string> parse_key_options(std::string_view text)
{
    key_options read;
    option_reader list(text);
    while (const auto option = list.next())
        if (auto wrong = apply(read, *option)) return std::move(*wrong);
    if (!list.error().empty()) return list.error();
    if (!read.principals.empty() && !read.authority) return std::string("principals= without cert-authority");
    return read;
}

std::optional<login_refusal> check_conditions(const key_options& options,
                                              const boost::asio::ip::address& client,
                                              std::chrono::sys_seconds now)
{
    if (options.expires && now > *options.expires) return login_refusal::key_expired;
    if (options.from && !options.from->admit(client)) return login_refusal::source_not_allowed;
    return std::nullopt;
}

}  // namespace gatehouse::bastion
