#include "discovery/aws/url.hpp"

#include "conf/syntax.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <charconv>
#include <utility>

namespace gatehouse::discovery::aws {
namespace {

using protocol = url::protocol;

constexpr std::uint16_t own_port(protocol scheme)
{
    return scheme == protocol::https ? 443 : 80;
}

std::optional<protocol> take_scheme(std::string_view& text)
{
    using namespace std::string_view_literals;
    for (const auto& [prefix, scheme] :
         {std::pair{"https://"sv, protocol::https}, std::pair{"http://"sv, protocol::http}})
        if (text.starts_with(prefix)) {
            text.remove_prefix(prefix.size());
            return scheme;
        }
    return std::nullopt;
}

bool read_port(std::string_view text, std::uint16_t& to)
{
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), to);
    return wrong == std::errc() && end == text.data() + text.size() && to != 0;
}

bool read_host(std::string_view text, std::string& to)
{
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        to = text.substr(1, text.size() - 2);
        boost::system::error_code wrong;
        boost::asio::ip::make_address_v6(to, wrong);
        return !wrong;
    }
    to = text;
    return conf::is_hostname(text);
}

bool read_origin(std::string_view text, url& to)
{
    // A colon behind the last ']' is the port's: inside the brackets it is the address's.
    const auto colon = text.rfind(':');
    if (colon != text.npos && text.find(']', colon) == text.npos) {
        if (!read_port(text.substr(colon + 1), to.port)) return false;
        text = text.substr(0, colon);
    }
    return read_host(text, to.host);
}

}  // namespace

std::optional<url> parse_url(std::string_view text)
{
    url parsed;
    const auto scheme = take_scheme(text);
    if (!scheme || !conf::is_visible_ascii(text) || text.find('#') != text.npos) return std::nullopt;
    parsed.scheme = *scheme;
    parsed.port = own_port(*scheme);
    const auto end = text.find_first_of("/?");
    if (!read_origin(text.substr(0, end), parsed)) return std::nullopt;
    if (end == text.npos) return parsed;
    const auto mark = text.find('?', end);
    if (mark != end) parsed.path = text.substr(end, mark - end);
    if (mark != text.npos) parsed.query = text.substr(mark + 1);
    return parsed;
}

std::string authority(const url& where)
{
    auto text = where.host.find(':') == std::string::npos ? where.host : '[' + where.host + ']';
    if (where.port != own_port(where.scheme)) text += ':' + std::to_string(where.port);
    return text;
}

}  // namespace gatehouse::discovery::aws
