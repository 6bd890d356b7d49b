#include "bastion/identity/roster.hpp"

#include "bastion/identity/authority_keys.hpp"
#include "conf/text_file.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gatehouse::bastion {
namespace {

constexpr std::size_t most_keys = 1024 * 1024, most_revocations = 64 * 1024 * 1024;

std::string read_or_throw(const std::string& path, std::size_t most)
{
    auto text = conf::read_text_file(path, most);
    if (!text) throw std::runtime_error(conf::unreadable(path, text.error()));
    return *std::move(text);
}

void tell_refused(const std::vector<refused_line>& lines, const std::string& where, std::vector<std::string>& problems)
{
    for (const auto& one : lines) problems.push_back(where + ", line " + std::to_string(one.line) + ": " + one.why);
}

// The machine's trouble, which passes; nobody's key is gone.
bool passes(const boost::system::error_code& why)
{
    namespace errc = boost::system::errc;
    return why == errc::too_many_files_open || why == errc::too_many_files_open_in_system ||
           why == errc::not_enough_memory || why == errc::io_error;
}

// The file may be the user's own: one that is gone or no good takes that user's keys, and must not keep what was taken
// from others, or revoked, in force.
authorized_keys keys_in(const std::string& path, const key_rules& rules, std::vector<std::string>& problems)
{
    const auto text = conf::read_text_file(path, most_keys);
    if (text) {
        auto all = parse_authorized_keys(*text, rules);
        tell_refused(all.refused, path, problems);
        return all;
    }
    const auto why = conf::unreadable(path, text.error());
    if (passes(text.error())) throw std::runtime_error(why);
    problems.push_back(why);
    return {};
}

authorized_keys keys_of(const conf::ssh_user& user, const key_rules& rules, std::vector<std::string>& problems)
{
    authorized_keys all;
    if (!user.authorized_keys_file.empty()) all = keys_in(user.authorized_keys_file, rules, problems);
    for (std::size_t number = 1; const auto& line : user.authorized_keys) {
        auto parsed = parse_authorized_key(line, number, rules);
        if (parsed)
            all.keys.push_back(*std::move(parsed));
        else
            problems.push_back("key " + std::to_string(number) + " of user " + user.name + ": " + parsed.error());
        ++number;
    }
    return all;
}

}  // namespace

roster roster::load(const conf::bastion& from, std::vector<std::string>& problems)
{
    roster made;
    made.rules_.security_keys = from.security_keys;
    made.rules_.fips = from.fips;
    made.admins_ = from.admins;
    for (const auto& user : from.users)
        made.people_.insert_or_assign(user.name, person{keys_of(user, made.rules_, problems), user.groups});
    if (!from.user_ca) return made;
    for (const auto& path : from.user_ca->keys) {
        auto read = parse_authority_keys(read_or_throw(path, most_keys), made.rules_);
        tell_refused(read.refused, path, problems);
        std::ranges::move(read.keys, std::back_inserter(made.authorities_));
    }
    if (const auto& path = from.user_ca->krl; !path.empty()) {
        auto read = revocation_list::parse(read_or_throw(path, most_revocations));
        if (!read) throw std::runtime_error(path + ": " + read.error());
        made.revoked_ = *std::move(read);
    }
    return made;
}

std::vector<std::string> roster::files(const conf::bastion& from)
{
    std::vector<std::string> paths;
    for (const auto& user : from.users)
        if (!user.authorized_keys_file.empty()) paths.push_back(user.authorized_keys_file);
    if (!from.user_ca) return paths;
    paths.insert(paths.end(), from.user_ca->keys.begin(), from.user_ca->keys.end());
    if (!from.user_ca->krl.empty()) paths.push_back(from.user_ca->krl);
    return paths;
}

login_verdict roster::judge(std::string_view user, std::string_view shown, const boost::asio::ip::address& client,
                            std::chrono::sys_seconds now) const
{
    static const authorized_keys none;
    const auto found = people_.find(user);
    return judge_login(shown, {.login = std::string(user),
                               .client = client,
                               .now = now,
                               .listed = found == people_.end() ? none : found->second.keys,
                               .authorities = authorities_,
                               .revoked = revoked_ ? &*revoked_ : nullptr,
                               .rules = rules_});
}

bool roster::knows(std::string_view user) const { return people_.contains(user); }

std::span<const std::string> roster::groups_of(std::string_view user) const
{
    const auto found = people_.find(user);
    if (found == people_.end()) return {};
    return found->second.groups;
}

bool roster::is_admin(std::string_view user) const { return std::ranges::find(admins_, user) != admins_.end(); }

}  // namespace gatehouse::bastion
