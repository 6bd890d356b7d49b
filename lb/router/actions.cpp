#include "lb/router/actions.hpp"

#include "lb/target/target_set.hpp"

namespace gatehouse::lb {

namespace {

// What #{...} stands for.
struct parts {
    std::string_view protocol, host, port, path, query;

    // `keyword` without its braces; nullptr for one there is not.
    const std::string_view* named(std::string_view keyword) const noexcept
    {
        if (keyword == "protocol") return &protocol;
        if (keyword == "host") return &host;
        if (keyword == "port") return &port;
        if (keyword == "path") return &path;
        if (keyword == "query") return &query;
        return nullptr;
    }
};

std::string filled_in(std::string_view form, const parts& with)
{
    std::string text;
    while (!form.empty()) {
        const auto open = form.find("#{");
        const auto close = open == form.npos ? form.npos : form.find('}', open);
        text.append(form.substr(0, open));
        if (close == form.npos) {
            if (open != form.npos) text.append(form.substr(open));
            break;
        }
        const auto* value = with.named(form.substr(open + 2, close - open - 2));
        text.append(value ? *value : form.substr(open, close + 1 - open));
        form.remove_prefix(close + 1);
    }
    return text;
}

// A Location is ASCII without controls or spaces (RFC 3986 2): any other byte could end the field or be read
// differently by different clients.
std::string url_safe(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string safe;
    safe.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > ' ' && byte < 0x7f) {
            safe += c;
        } else {
            safe += '%';
            safe += digits[byte >> 4];
            safe += digits[byte & 15];
        }
    }
    return safe;
}

bool default_port(std::string_view protocol, std::string_view port) noexcept
{
    return port.empty() || (protocol == "http" && port == "80") || (protocol == "https" && port == "443");
}

}  // namespace

std::string location_of(const conf::redirect& how, const route_request& asked, std::string_view protocol,
                        std::string_view listener_port, std::string_view fallback_host)
{
    auto host = std::string(host_of(asked));
    if (host.empty()) host = fallback_host;
    if (host.find(':') != host.npos && !host.starts_with('[')) host = '[' + host + ']';
    auto path = path_of(asked);
    if (path.starts_with('/')) path.remove_prefix(1);  // ALB's #{path} is without it
    const parts own{protocol, host, listener_port, path, asked.head.query.of(asked.bytes)};

    const auto part = [&](const std::optional<std::string>& form, std::string_view fallback) {
        return filled_in(form ? std::string_view(*form) : fallback, own);
    };
    const auto to_protocol = part(how.protocol, "#{protocol}"), to_port = part(how.port, "#{port}");
    const auto to_path = part(how.path, "/#{path}"), to_query = part(how.query, "#{query}");

    auto location = to_protocol + "://" + part(how.host, "#{host}");
    if (!default_port(to_protocol, to_port)) location += ':' + to_port;
    if (!to_path.starts_with('/')) location += '/';  // or the path would go on with the host's name
    location += to_path;
    if (!to_query.empty()) location += '?' + to_query;
    return url_safe(location);
}

std::size_t choose_group(const conf::forward& how, std::uint64_t random,
                         std::optional<std::uint64_t> sticky) noexcept
{
    if (how.targets.size() < 2) return 0;
    std::uint64_t all = 0;
    for (std::size_t at = 0; at < how.targets.size(); ++at) {
        const auto& target = how.targets[at];
        if (sticky && target.weight > 0 && sticky_hash(target.group, "") == *sticky) return at;
        all += target.weight;
    }
    if (all == 0) return 0;  // refused by conf
    auto lot = random % all;
    std::size_t chosen = 0;
    while (lot >= how.targets[chosen].weight) lot -= how.targets[chosen++].weight;
    return chosen;
}

}  // namespace gatehouse::lb
