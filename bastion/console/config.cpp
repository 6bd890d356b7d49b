#include "bastion/console/commands.hpp"
#include "bastion/console/reach.hpp"
#include "bastion/policy/target_address.hpp"
#include "bastion/utc_text.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace gatehouse::bastion {
namespace {

constexpr std::size_t most_servers = 1000;
constexpr std::string_view alias = "gatehouse";  // of the bastion

// Without a meaning for ssh_config, a pattern, a token or a shell.
bool is_word(std::string_view text)
{
    constexpr std::string_view marks = "._-:+";
    const auto harmless = [marks](char one) {
        return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') ||
               marks.find(one) != std::string_view::npos;
    };
    return !text.empty() && text.front() != '-' && std::ranges::all_of(text, harmless);
}

// Who may tag instances must not take github.com away, nor the bastion. Ids are not for them to choose.
bool is_harmless(std::string_view name)
{
    return is_word(name) && name.find_first_of(".:") == std::string_view::npos && name != alias;
}

std::string host_name(const boost::asio::ip::address& of)
{
    auto text = plain(of).to_string();
    for (auto at = text.find('%'); at != std::string::npos; at = text.find('%', at + 2)) text.insert(at, 1, '%');
    return text;
}

std::string bastion_entry(const console_question& asked)
{
    const auto& told = asked.rules.settings->public_name;
    std::string text;
    if (!told) text = "# The bastion as it sees itself: behind a load balancer or NAT, put its public name here.\n";
    ((text += "Host ") += alias) += "\n  HostName " + (told ? told->host : host_name(asked.reached.address()));
    text += "\n  Port " + std::to_string(told && told->port != 0 ? told->port : asked.reached.port()) + '\n';
    if (is_word(asked.user)) ((text += "  User ") += asked.user) += '\n';
    return text;
}

class entries {
public:
    explicit entries(const console_question& asked) : asked_(asked), mine_(asked)
    {
        for (const auto& [group, _] : mine_.groups()) {
            const auto& known = asked.rules.names->groups();
            const auto found = known.find(group);
            if (found == known.end()) continue;
            for (const auto& one : found->second->members) add({found->second, &one});
        }
    }

    std::string text() const
    {
        auto all = text_;
        if (more_ > 0) all += "\n# and " + std::to_string(more_) + " more\n";
        if (wildcard_)
            all += "\n# Instances to come. any.GROUP and GROUP.N mean another server each time: they may stand\n"
                   "# here, too, where servers have host certificates.\nHost i-*\n  ProxyJump " +
                   std::string(alias) + '\n';
        return all;
    }

private:
    void add(const resident& one)
    {
        const auto& id = one.who->id;
        const auto open = mine_.open_ports(one);
        if (open.empty() || !is_word(id) || id == alias) return;
        const bool full = told_.size() >= most_servers;  // more are only counted: nobody is looked up for that
        if ((!full && !means(id, one, open.front())) || !told_.insert(id).second) return;
        wildcard_ = wildcard_ || id.starts_with("i-");
        if (full) {
            ++more_;
            return;
        }
        const auto port = std::ranges::find(open, 22) != open.end() ? 22 : open.front();
        text_ += "\nHost " + id;
        const auto& name = one.who->name;
        if (name != id && is_harmless(name) && means(name, one, open.front())) text_ += ' ' + name;
        text_ += "\n  HostName " + id + "\n  HostKeyAlias " + id + '\n';
        if (port != 22) text_ += "  Port " + std::to_string(port) + '\n';
        text_ += "  ProxyJump " + std::string(alias) + '\n';
    }

    // A name that others have, too, would always lead to the first of them.
    bool means(std::string_view name, const resident& one, std::uint16_t port)
    {
        const auto [known, first] = leads_to_.try_emplace({name, port});
        if (first) known->second = where(name, port);
        return known->second == plain(one.who->address);
    }

    std::optional<boost::asio::ip::address> where(std::string_view name, std::uint16_t port) const
    {
        const auto found = mine_.find(name);
        if (found.residents.size() == 1) {
            const auto& only = found.residents.front();
            const auto open = mine_.open_ports(only);
            if (std::ranges::find(open, port) == open.end()) return std::nullopt;
            return plain(only.who->address);
        }
        const auto made = asked_.rules.policy->decide(mine_.who(), found, port, asked_.now);
        const auto* const yes = std::get_if<grant>(&made);
        if (!yes) return std::nullopt;
        return yes->endpoint().address();
    }

    const console_question& asked_;
    reach mine_;
    std::set<std::string_view> told_;
    // By name and port. A thousand servers of one name, as Auto Scaling makes them, are looked up once.
    std::map<std::pair<std::string_view, std::uint16_t>, std::optional<boost::asio::ip::address>> leads_to_;
    std::string text_;
    std::size_t more_ = 0;
    bool wildcard_ = false;
};

}  // namespace

// HostKeyAlias: known_hosts then has a server's key by its instance id, which is never given to another one, as its
// private address is.
console_answer config(const console_question& asked, std::string_view)
{
    const entries servers(asked);
    return {"# For ~/.ssh/config: what you may reach, as of " + utc_text(asked.now) + ".\n" + bastion_entry(asked) +
                servers.text(),
            0, {}};
}

}  // namespace gatehouse::bastion
