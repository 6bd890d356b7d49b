#include "conf/address.hpp"
#include "conf/parse.hpp"
#include "conf/scalars.hpp"
#include "conf/ssh_files.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"

#include <algorithm>

namespace gatehouse::conf {
namespace {

using check = std::optional<std::string> (*)(const std::string& path);

void read_checked_file(const reader& at, std::string& to, check problem_of)
{
    file_path(to)(at);
    if (to.empty() || at.pass().files == file_access::skipped) return;
    if (const auto problem = problem_of(to)) at.fail(*problem);
}

take checked_files(std::vector<std::string>& to, check problem_of)
{
    return [&to, problem_of](const reader& list) {
        unique taken;
        list.one_or_more([&](const reader& at) {
            auto& one = to.emplace_back();
            read_checked_file(at, one, problem_of);
            if (!one.empty()) taken.claim(at, one, "the file");
        });
    };
}

std::optional<public_name> parse_public_name(std::string_view text)
{
    public_name made;
    if (const auto address = parse_address(text)) return public_name{*address};
    // A colon behind the last ']' is the port's: inside the brackets it is the address's.
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos) {
        const auto port = parse_count(text.substr(colon + 1));
        if (!port || *port == 0 || *port > 65535) return std::nullopt;
        made.port = static_cast<std::uint16_t>(*port);
        text = text.substr(0, colon);
    }
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        const auto address = parse_address(text.substr(1, text.size() - 2));
        if (!address || address->find(':') == std::string::npos) return std::nullopt;
        made.host = *address;
    } else if (is_hostname(text)) {
        made.host = text;
    } else {
        return std::nullopt;
    }
    return made;
}

void read_public_name(const reader& at, std::optional<public_name>& to)
{
    const auto text = at.text();
    if (!text) return;
    to = parse_public_name(*text);
    if (!to) at.fail("expected a host name or an address, and perhaps :port, " + at.found(*text));
}

void parse_user_ca(const reader& at, user_ca& to)
{
    at.mapping({
        {"keys", checked_files(to.keys, check_public_keys), presence::required},
        {"krl", [&](const reader& value) { read_checked_file(value, to.krl, check_revocation_list); }},
    });
}

void parse_penalties(const reader& at, source_penalties& to)
{
    at.mapping({
        {"enabled", boolean(to.enabled)},
        {"exempt", network_list(to.exempt)},
    });
}

void parse_audit_log(const reader& at, std::string& to)
{
    at.mapping({{"path", log_path(to), presence::required}});
}

people people_of(const reader& at, const bastion& section)
{
    people known;
    known.from_elsewhere = section.user_ca.has_value() || at.left_open("users");
    for (const auto& user : section.users) {
        if (user.name.empty()) known.from_elsewhere = true;  // that mistake was told; whoever it is may be named
        known.users.push_back(user.name);
        for (const auto& group : user.groups)
            if (std::ranges::count(known.groups, group) == 0) known.groups.push_back(group);
    }
    return known;
}

// `key` is where to complain: with no `admin` in the file the address is the default.
void claim_admin(const reader& at, std::string_view key, const bind_address& bind, unique& binds_taken)
{
    if (bind.port == 0) return;
    const auto text = to_string(bind);
    if (const auto* owner = binds_taken.owner(text))
        at.fail(key, "address '" + text + "' is used already, by " + *owner);
    else
        binds_taken.reserve(text, "bastion.admin.bind");
}

}  // namespace

void parse_bastion(const reader& at, bastion& to, const names& groups, unique& binds_taken)
{
    // Who there is comes before who may do what, and the admin endpoint's address before those that must differ.
    at.mapping({
        {"workers", worker_count(to.workers)},
        {"admin",
         [&](const reader& value) {
             parse_admin(value, to.admin);
             if (value.sound({"bind"})) claim_admin(value, "bind", to.admin.bind, binds_taken);
         }},
        {"bind",
         [&](const reader& value) {
             if (!at.has("admin")) claim_admin(at, "admin", to.admin.bind, binds_taken);
             parse_binds(value, to.bind, binds_taken);
         },
         presence::required},
        {"public_name", [&](const reader& value) { read_public_name(value, to.public_name); }},
        {"host_keys", checked_files(to.host_keys, check_host_key), presence::required},
        {"profile", choice(to.fips, {{"default", false}, {"fips", true}})},
        {"proxy_protocol", section(parse_proxy_protocol, to.proxy_protocol)},
        {"user_ca", section(parse_user_ca, to.user_ca)},
        {"users", [&](const reader& value) { parse_ssh_users(value, to.users, to.user_ca.has_value()); }},
        {"admins",
         [&](const reader& value) {
             if (value.is(node::kind::sequence) && value.empty()) return;  // nobody is an admin
             user_names(to.admins, people_of(at, to))(value);
         }},
        {"security_keys", boolean(to.security_keys)},
        {"rules", [&](const reader& value) { parse_access_rules(value, to.rules, groups, people_of(at, to)); }},
        {"allow_loopback_targets", boolean(to.allow_loopback_targets)},
        {"limits", section(parse_bastion_limits, to.limits)},
        {"penalties", section(parse_penalties, to.penalties)},
        {"audit_log", section(parse_audit_log, to.audit_log)},
    });
    if (!to.user_ca && to.users.empty() && at.sound({"users"}))
        at.fail("users", "nobody can log in: at least one user with a key, or user_ca, is needed");
}

}  // namespace gatehouse::conf
