#include "lb/proxy/client_connection.hpp"
#include "lb/proxy/relay.hpp"
#include "lb/worker/source_counts.hpp"
#include "lb/worker/worker_loop.hpp"
#include "service/proxy_header.hpp"
#include "service/sockets.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>

// The part of client_connection before its first request: admission, PROXY header, TLS handshake.
namespace gatehouse::lb {
namespace {

using boost::asio::ip::tcp;

// The address without its zone and without the IPv4-in-IPv6 disguise of a dual-stack socket.
tcp::endpoint plain(const tcp::endpoint& from)
{
    const auto address = from.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return {boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()), from.port()};
    return from;
}

std::string trace_id(std::uint64_t high, std::uint64_t low)
{
    char text[40];
    std::snprintf(text, sizeof text, "TID_%016llx%016llx", static_cast<unsigned long long>(high),
                  static_cast<unsigned long long>(low));
    return text;
}

}  // namespace

void client_connection::open(worker_loop& home, listener_state& listener, int descriptor, const tcp::endpoint& peer,
                             const service::acceptor& from)
{
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto* made = new client_connection(home, listener, descriptor, plain(peer), from);
    made->start();  // owns itself from here on
}

client_connection::client_connection(worker_loop& home, listener_state& listener, int descriptor,
                                     const tcp::endpoint& peer, const service::acceptor& from) :
    home_(home), listener_(listener), link_(home.events, descriptor, home.scratch, *this)
{
    facts_.source = peer;
    facts_.address = peer.address().to_string();
    facts_.secure = listener.current->protocol == conf::listener_protocol::https;
    facts_.listener_address = from.text();
    facts_.listener_port = std::to_string(from.address().port);
    if (from.wildcard()) {
        tcp::endpoint local;
        auto size = static_cast<socklen_t>(local.capacity());
        if (::getsockname(link_.descriptor(), local.data(), &size) == 0) {
            local.resize(size);
            const auto reached = plain(local);
            facts_.listener_address = service::to_string(
                conf::bind_address{reached.address().to_string(), reached.port()});
        }
    }
    if (home.current->log_requests) facts_.connection_trace_id = trace_id(home.random(), home.random());
    listener_.connections.push_back(*this);
    listener_.current->connections->connections.add();
    listener_.current->connections->accepted[facts_.secure ? 1 : 0].add();
    home_.shared.connections.fetch_add(1, std::memory_order_relaxed);
}

client_connection::~client_connection() = default;

void client_connection::start()
{
    home_.wake();
    if (!link_.open()) return close(false);
    if (home_.shared.connections.load(std::memory_order_relaxed) > home_.current->limits.connections) {
        home_.stats.refused[static_cast<std::size_t>(refusal::too_many_connections)].add();
        return close(true);
    }
    const auto& trusted = listener_.current->proxy_protocol;
    const bool announced = std::ranges::any_of(
        trusted, [&](const service::address_block& one) { return one.contains(facts_.source.address()); });
    home_.deadlines.set(*this, home_.in(home_.current->timeouts.tls_handshake));
    if (announced) {
        phase_ = phase::proxy_header;
        return link_.arm_read();
    }
    start_requests_or_tls({});
}

// Counts by the client the PROXY header names: all of a balancer's clients share its own address.
bool client_connection::admitted()
{
    const auto most = home_.current->limits.connections_per_source;
    if (most == 0) return true;
    counted_source_ = home_.shared.sources->enter(facts_.source.address(), most);
    if (counted_source_) return true;
    home_.stats.refused[static_cast<std::size_t>(refusal::too_many_connections_of_source)].add();
    close(true);
    return false;
}

void client_connection::read_proxy_header()
{
    const auto got = link_.read_raw(home_.scratch.plain(), 16 * 1024);
    if (got.state == transport::io::blocked) return link_.arm_read();
    if (got.state != transport::io::done) return close(false);
    pending_.append(home_.scratch.plain(), got.bytes);
    const auto header = service::parse_proxy_header(pending_);
    if (header.state == service::proxy_header::status::need_more) return link_.arm_read();
    if (header.state == service::proxy_header::status::bad) {
        home_.stats.refused[static_cast<std::size_t>(refusal::bad_proxy_header)].add();
        return close(true);
    }
    if (header.source) {
        facts_.source = plain(*header.source);
        facts_.address = facts_.source.address().to_string();
    }
    if (header.destination) {
        const auto reached = plain(*header.destination);
        facts_.listener_address =
            service::to_string(conf::bind_address{reached.address().to_string(), reached.port()});
        facts_.listener_port = std::to_string(reached.port());
    }
    const auto early = pending_.substr(header.size);
    pending_.clear();
    start_requests_or_tls(early);
}

void client_connection::start_requests_or_tls(std::string_view early)
{
    if (!admitted()) return;
    if (facts_.secure) {
        // A reload may have made the listener cleartext since this connection was accepted.
        if (!listener_.current->tls) return close(true);
        phase_ = phase::handshake;
        link_.start_tls(listener_.current->tls->first(), tls_channel::role::server, {}, early);
        return shake_hands();
    }
    phase_ = phase::open;
    home_.deadlines.set(*this, home_.in(home_.current->timeouts.client_header));
    if (early.empty()) return read_requests();
    pending_.assign(early);
    process_pending();
    settle();
}

void client_connection::shake_hands()
{
    switch (link_.handshake()) {
    case transport::io::blocked: return link_.arm_read();
    case transport::io::done: break;
    default:
        count_handshake(handshake_result::failed);
        home_.stats.refused[static_cast<std::size_t>(refusal::tls_handshake_failed)].add();
        return close(false);
    }
    count_handshake(handshake_result::ok);
    phase_ = phase::open;
    home_.deadlines.set(*this, home_.in(home_.current->timeouts.client_header));
    if (link_.has_buffered_input()) return read_requests();
    link_.arm_read();
}

void client_connection::count_handshake(handshake_result how)
{
    const auto* channel = link_.tls();
    const auto text = channel ? channel->version() : std::string_view{};
    const std::size_t version = how != handshake_result::ok ? 0 : text == "TLSv1.2" ? 1 : text == "TLSv1.3" ? 2 : 0;
    const bool resumed = how == handshake_result::ok && channel->resumed();
    listener_.current->connections->handshakes[static_cast<std::size_t>(how)][version][resumed ? 1 : 0].add();
}

}  // namespace gatehouse::lb
