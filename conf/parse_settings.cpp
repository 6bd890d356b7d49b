#include "conf/address.hpp"
#include "conf/parse.hpp"
#include "conf/syntax.hpp"
#include "conf/values.hpp"

namespace gatehouse::conf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t KiB = 1024;

void read_token(const reader& at, std::string& to)
{
    const auto text = at.text();
    if (!text) return;
    to = *text;
    if (!is_visible_ascii(*text)) at.fail("expected visible ASCII characters without spaces, at least one");
}

}  // namespace

void parse_timeouts(const reader& at, timeouts& to)
{
    const auto bounded = [](duration& value) { return duration_in(value, 100ms, 4000s); };
    at.mapping({
        {"client_header", bounded(to.client_header)},
        {"client_body", bounded(to.client_body)},
        {"client_idle", bounded(to.client_idle)},
        {"connect", bounded(to.connect)},
        {"target", bounded(to.target)},
        {"tls_handshake", bounded(to.tls_handshake)},
        {"drain", bounded(to.drain)},
    });
}

void parse_limits(const reader& at, limits& to)
{
    at.mapping({
        {"request_line", size_in(to.request_line, 1 * KiB, 64 * KiB)},
        {"header", size_in(to.header, 1 * KiB, 64 * KiB)},
        {"headers", size_in(to.headers, 1 * KiB, 128 * KiB)},
        {"header_count", count_in(to.header_count, 1U, 1000U)},
        {"connections", count_in(to.connections, 1U, 1000000U)},
        {"connections_per_source", count_in(to.connections_per_source, 0U, 1000000U)},
        {"requests_per_connection", count_in(to.requests_per_connection, 1U, 1000000U)},
    });
}

void parse_headers(const reader& at, header_policy& to)
{
    using forwarded = header_policy::forwarded;
    using server_field = header_policy::server_field;
    at.mapping({
        {"forwarded_for", choice(to.forwarded_for, {{"append", forwarded::append},
                                                    {"preserve", forwarded::preserve},
                                                    {"remove", forwarded::remove}})},
        {"preserve_host", boolean(to.preserve_host)},
        {"server", choice(to.server, {{"keep", server_field::keep}, {"remove", server_field::remove}})},
    });
}

void parse_access_log(const reader& at, std::optional<access_log>& to)
{
    if (at.is(node::kind::scalar)) {
        const auto text = at.text();
        if (text && *text != "off")
            at.fail("expected off or a mapping with path and format, " + at.found(*text));
        return;
    }
    auto& log = to.emplace();
    at.mapping({
        {"path", log_path(log.path), presence::required},
        {"format",
         choice(log.layout, {{"json", access_log::format::json}, {"alb", access_log::format::alb}})},
    });
}

void parse_bind(const reader& at, bind_address& to)
{
    const auto text = at.text();
    if (!text) return;
    if (const auto parsed = parse_bind_address(*text))
        to = *parsed;
    else
        at.fail("expected an IP address and a port such as 0.0.0.0:443 or [::]:443, " + at.found(*text));
}

void parse_binds(const reader& list, std::vector<bind_address>& to, unique& taken)
{
    list.one_or_more([&](const reader& at) {
        bind_address one;
        parse_bind(at, one);
        const auto text = to_string(one);
        if (one.port != 0) taken.claim(at, text, "address '" + text + '\'');
        to.push_back(std::move(one));
    });
}

void parse_proxy_protocol(const reader& at, std::vector<network>& trusted)
{
    at.mapping({{"trusted", network_list(trusted), presence::required}});
}

void parse_admin(const reader& at, admin& to)
{
    at.mapping({
        {"bind", section(parse_bind, to.bind)},
        {"token", section(read_token, to.token)},
    });
    if (at.sound({"bind"}) && !is_loopback(to.bind.address) && !at.has("token"))
        at.fail("token",
                "is required when bind is not a loopback address, found '" + to_string(to.bind) + '\'');
}

}  // namespace gatehouse::conf
