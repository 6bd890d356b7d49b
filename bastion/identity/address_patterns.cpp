#include "bastion/identity/address_patterns.hpp"

#include "bastion/identity/quoted.hpp"
#include "conf/address.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <cctype>

namespace gatehouse::bastion {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t most_patterns = 1000;

// Without the zone, and IPv4 where IPv6 only wraps it.
ip::address plain(const ip::address& from)
{
    if (from.is_v4()) return from;
    const ip::address_v6 bare(from.to_v6().to_bytes());
    if (bare.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, bare);
    return bare;
}

bool contains(const conf::network& network, const ip::address& client)
{
    const auto base = ip::make_address(network.address);
    if (base.is_v4() != client.is_v4()) return false;
    const auto bits = static_cast<unsigned short>(network.prefix);
    if (base.is_v4()) return ip::network_v4(client.to_v4(), bits).canonical().address() == base.to_v4();
    return ip::network_v6(client.to_v6(), bits).canonical().address() == base.to_v6();
}

// A network, strict as sshd: one with host bits is a mistake, and nobody knows in which half of it.
std::optional<conf::network> exact_network(std::string_view text)
{
    auto network = conf::parse_network(text);
    const auto address = conf::parse_address(text.substr(0, text.find('/')));
    if (!network || !address || network->address != *address) return std::nullopt;
    return network;
}

// `*` is any run, `?` any one character. Goes back over the last star only.
bool matches_wildcard(std::string_view pattern, std::string_view text)
{
    std::size_t at = 0, in = 0, star = std::string_view::npos, retry = 0;
    while (in < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            retry = in;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[in])) {
            ++at;
            ++in;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in = ++retry;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

// Whether it can match the text of an address at all.
bool is_of_addresses(std::string_view wildcard)
{
    if (wildcard.find_first_not_of("0123456789.*?") == std::string_view::npos) return true;
    return wildcard.find(':') != std::string_view::npos &&
           wildcard.find_first_not_of("0123456789abcdef:.*?") == std::string_view::npos;
}

std::string lower(std::string_view text)
{
    std::string made(text);
    std::ranges::transform(made, made.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return made;
}

std::vector<std::string_view> split(std::string_view list)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto comma = list.find(',');
        parts.push_back(list.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace

boost::system::result<address_patterns, std::string> address_patterns::parse(std::string_view list)
{
    address_patterns made;
    for (auto part : split(list)) {
        if (made.patterns_.size() == most_patterns) return std::string("too many patterns");
        pattern next;
        next.negated = part.starts_with('!');
        if (next.negated) part.remove_prefix(1);
        if (part.empty()) return std::string("an empty pattern");
        next.network = exact_network(part);
        if (!next.network) {
            next.wildcard = lower(part);
            if (part.find('/') != std::string_view::npos) return quoted(part) + " is no network";
            if (next.negated && !is_of_addresses(next.wildcard))
                return quoted(part) + " is a host name, which is not looked up: it would keep nobody out";
        }
        made.patterns_.push_back(std::move(next));
    }
    return made;
}

boost::system::result<address_patterns, std::string> address_patterns::parse_networks(std::string_view list)
{
    address_patterns made;
    for (const auto part : split(list)) {
        if (made.patterns_.size() == most_patterns) return std::string("too many networks");
        pattern next;
        next.network = exact_network(part);
        if (!next.network) return quoted(part) + " is no network";
        made.patterns_.push_back(std::move(next));
    }
    return made;
}

bool address_patterns::pattern::matches(const ip::address& client, std::string_view text) const
{
    return network ? contains(*network, client) : matches_wildcard(wildcard, text);
}

bool address_patterns::admit(const ip::address& client) const
{
    const auto bare = plain(client);
    const auto text = bare.to_string();
    bool found = false;
    for (const auto& each : patterns_) {
        if (!each.matches(bare, text)) continue;
        if (each.negated) return false;
        found = true;
    }
    return found;
}

}  // namespace gatehouse::bastion
