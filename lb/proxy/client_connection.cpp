#include "lb/proxy/client_connection.hpp"

#include "lb/http/head_limits.hpp"
#include "lb/proxy/relay.hpp"
#include "lb/worker/source_counts.hpp"
#include "lb/worker/worker_loop.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace gatehouse::lb {
namespace {

// What a client may send ahead while its exchange takes no input: the rest waits in the kernel.
constexpr std::size_t most_pending = 64 * 1024;
constexpr int reads_per_turn = 4;
constexpr conf::duration linger_time = std::chrono::seconds(5);

}  // namespace

bool client_connection::wants_close() const noexcept
{
    return home_.draining || listener_.leaving || requests_ >= home_.current->limits.requests_per_connection;
}

void client_connection::on_readable()
{
    home_.wake();
    switch (phase_) {
    case phase::proxy_header: return read_proxy_header();
    case phase::handshake: return shake_hands();
    case phase::open: return read_requests();
    case phase::lingering: return discard();
    case phase::closed: return;
    }
}

void client_connection::on_writable()
{
    home_.wake();
    if (closing_) return start_closing(linger_);
    if (phase_ != phase::open) return;
    if (relay_) return relay_->on_client_writable();
    process_pending();
    settle();
}

void client_connection::read_requests()
{
    int turn = 0;
    while (turn < reads_per_turn && read_once()) ++turn;
    if (phase_ != phase::open) return;
    // What TLS has decrypted already raises no readiness: come back for it in a turn of our own.
    settle();
}

bool client_connection::read_once()
{
    const bool may_wait = relay_ ? !relay_->wants_input() : link_.blocked();
    if (peer_ended_ || (may_wait && pending_.size() >= most_pending)) return false;
    const auto room = may_wait ? most_pending - pending_.size() : io_scratch::read_size;
    const auto got = link_.read(home_.scratch.plain(), room);
    if (got.state == transport::io::blocked) return false;
    if (got.state == transport::io::eof) {
        client_ended();
        return false;
    }
    if (got.state == transport::io::failed) {
        close(false);
        return false;
    }
    const std::string_view input(home_.scratch.plain(), got.bytes);
    if (pending_.empty()) {
        const auto used = process(input);
        if (phase_ != phase::open) return false;
        pending_.assign(input.substr(used));
    } else {
        pending_.append(input);
        process_pending();
    }
    return phase_ == phase::open && (got.bytes == room || link_.has_buffered_input());
}

std::size_t client_connection::process(std::string_view input)
{
    std::size_t used = 0;
    processing_ = true;
    while (phase_ == phase::open && !closing_) {
        if (relay_) {
            used += relay_->feed(input.substr(used));
            if (relay_) break;
        } else if (!next_request(input.substr(used), used)) {
            break;
        }
    }
    processing_ = false;
    return used;
}

bool client_connection::next_request(std::string_view rest, std::size_t& used)
{
    if (rest.empty() || link_.blocked()) return false;
    if (began_us_ == 0) {
        began_us_ = home_.clock.us();
        home_.deadlines.set(*this, home_.in(home_.current->timeouts.client_header));
    }
    const auto found = scanner_.scan(rest, http::limits_of(home_.current->limits));
    if (found == http::head_scanner::status::need_more) return false;
    clear();
    ++requests_;
    relay_ = &home_.relays.take();
    if (found == http::head_scanner::status::refused) {
        relay_->begin_refused(*this, listener_.keeps, *listener_.current, rest, scanner_.reason(), began_us_);
        return true;
    }
    const auto head = rest.substr(scanner_.start(), scanner_.size() - scanner_.start());
    used += scanner_.size();
    scanner_.reset();
    relay_->begin(*this, listener_.keeps, *listener_.current, head, began_us_);
    return true;
}

void client_connection::process_pending()
{
    if (pending_.empty() && !relay_) return;
    const auto used = process(pending_);
    if (used == pending_.size())
        std::string().swap(pending_);  // an idle connection owns no buffer
    else
        pending_.erase(0, used);
}

// After any event: what the connection waits for now.
void client_connection::settle()
{
    if (phase_ != phase::open || closing_) return;
    if (!relay_) {
        if (peer_ended_ && !link_.blocked()) return close(false);
        if (began_us_ == 0) wait_for_request();
        if (!peer_ended_ && (pending_.size() < most_pending || !link_.blocked())) link_.arm_read();
        return;
    }
    if (!peer_ended_ && (relay_->wants_input() || pending_.empty())) link_.arm_read();
}

void client_connection::wait_for_request()
{
    const auto idle = home_.current->timeouts.client_idle;
    if (!home_.draining && !listener_.leaving) return home_.deadlines.set(*this, home_.in(idle));
    if (due() == never) home_.deadlines.set(*this, home_.in(std::min(idle, drain_grace)));
}

void client_connection::client_ended()
{
    peer_ended_ = true;
    if (relay_) return relay_->client_ended();
    if (!link_.blocked()) close(false);
}

void client_connection::resume_request()
{
    if (processing_) return;  // the loop goes on by itself
    process_pending();
    settle();
}

void client_connection::exchange_over(ending how)
{
    home_.relays.give_back(*relay_);
    relay_ = nullptr;
    began_us_ = 0;
    if (how == ending::abort) return close(true);
    if (how != ending::keep) return start_closing(how == ending::linger);
    if (processing_) return;
    process_pending();
    settle();
}

void client_connection::on_deadline()
{
    home_.wake();
    switch (phase_) {
    case phase::proxy_header:
    case phase::handshake:
        if (phase_ == phase::handshake) count_handshake(handshake_result::timeout);
        home_.stats.refused[static_cast<std::size_t>(refusal::tls_handshake_timeout)].add();
        return close(false);
    case phase::open:
        if (closing_ || link_.blocked()) return close(true);
        if (began_us_ == 0) {
            link_.shutdown_send();
            return close(false);
        }
        relay_ = &home_.relays.take();
        return relay_->begin_refused(*this, listener_.keeps, *listener_.current, pending_, refusal::head_timeout, began_us_);
    case phase::lingering: return close(false);
    case phase::closed: return;
    }
}

void client_connection::begin_drain()
{
    if (phase_ != phase::open || relay_ || began_us_ != 0 || closing_) return;
    if (due() > home_.in(drain_grace)) home_.deadlines.set(*this, home_.in(drain_grace));
}

void client_connection::start_closing(bool linger)
{
    closing_ = true;
    linger_ = linger;
    if (link_.blocked()) {
        home_.deadlines.set(*this, home_.in(home_.current->timeouts.client_idle));
        return;  // on_writable comes back here
    }
    link_.shutdown_send();
    if (!linger || peer_ended_) return close(false);
    phase_ = phase::lingering;
    closing_ = false;
    std::string().swap(pending_);
    home_.deadlines.set(*this, home_.in(linger_time));
    discard();
}

// Closing with unread bytes would reset the connection, and with it the answer that is on its way
// (RFC 9112 9.6): read and forget until the client closes or the time is up.
void client_connection::discard()
{
    for (int turn = 0; turn < reads_per_turn; ++turn) {
        const auto got = link_.read_raw(home_.scratch.plain(), io_scratch::read_size);
        if (got.state == transport::io::blocked) break;
        if (got.state != transport::io::done) return close(false);
    }
    link_.arm_read();
}

void client_connection::end() { close(true); }

void client_connection::close(bool reset)
{
    if (phase_ == phase::closed) return;
    phase_ = phase::closed;
    if (relay_) {
        relay_->client_lost();
        home_.relays.give_back(*relay_);
        relay_ = nullptr;
    }
    clear();
    if (reset) {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(link_.descriptor(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    link_.close();
    listener_.connections.erase(listener_.connections.iterator_to(*this));
    listener_.current->connections->connections.subtract();
    home_.shared.connections.fetch_sub(1, std::memory_order_relaxed);
    if (counted_source_) home_.shared.sources->leave(facts_.source.address());
    home_.buried.bury(std::unique_ptr<mortal>(this));
    home_.connection_closed();
}

}  // namespace gatehouse::lb
