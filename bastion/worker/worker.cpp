#include "bastion/worker/worker.hpp"

#include "bastion/limits/recent_logins.hpp"
#include "bastion/limits/source_penalties.hpp"
#include "bastion/limits/startup_gate.hpp"
#include "bastion/metrics/metrics.hpp"
#include "bastion/now.hpp"
#include "bastion/session/guest.hpp"
#include "bastion/worker/preface.hpp"
#include "bastion/worker/worker_state.hpp"
#include "service/acceptor.hpp"
#include "service/address_block.hpp"
#include "service/log.hpp"
#include "service/shortage.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <list>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::bastion {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::int64_t steady_ms()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

tcp::endpoint local_end(int descriptor)
{
    tcp::endpoint local;
    auto size = static_cast<socklen_t>(local.capacity());
    if (::getsockname(descriptor, local.data(), &size) == 0) local.resize(size);
    return local;
}

constexpr const char* farewell_sentence = "This bastion is shutting down: please connect again.";

// Closed with the last copy, unless somebody has taken it out.
std::shared_ptr<int> hold(int descriptor)
{
    return {new int(descriptor), [](const int* one) {
                if (*one >= 0) ::close(*one);
                delete one;
            }};
}

// SSH lets a server speak before its version (RFC 4253, 4.2): clients show it or skip it.
void turn_away(int descriptor, const std::string& sentence)
{
    const auto line = sentence + "\r\n";
    [[maybe_unused]] const auto sent = ::send(descriptor, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ::close(descriptor);
}

}  // namespace

struct worker::parts {
    parts(asio::io_context& loop, house& shared) : home(loop, shared), seconds(loop), deadline(loop) {}

    void arrive(int descriptor, const tcp::endpoint& peer);
    void not_accepted(int error);
    void admit(int descriptor, const connection_ends& ends);
    void begin(int descriptor, const connection_ends& ends, startup_gate::pass place);
    void turn_away_startup(int descriptor, const tcp::endpoint& source);
    void drop(std::string_view reason, const tcp::endpoint& source);
    void every_second();
    void end_all(std::string_view label);
    bool empty() const { return home.guests.empty(); }

    worker_state home;
    std::list<service::acceptor> sockets;
    std::vector<service::address_block> trusted;  // begin with a PROXY header
    asio::steady_timer seconds, deadline;
    std::atomic<std::int64_t> last_turn{steady_ms()};
    std::int64_t last_drop_logged = 0;
    std::uint64_t drops_not_logged = 0;
    bool draining = false;
};

worker::worker(asio::io_context& loop, house& shared) : parts_(std::make_unique<parts>(loop, shared))
{
    parts_->every_second();
}

worker::~worker() = default;

std::int64_t worker::last_turn_ms() const noexcept { return parts_->last_turn.load(std::memory_order_relaxed); }

void worker::adopt(rulebook_ptr rules, std::shared_ptr<server> ssh, std::vector<service::listening_socket> opened,
                   const std::vector<conf::bind_address>& addresses)
{
    auto& home = parts_->home;
    home.rules = std::move(rules);
    if (ssh) home.ssh = std::move(ssh);
    const auto& announcing = home.rules->settings->proxy_protocol;
    parts_->trusted = {announcing.begin(), announcing.end()};
    const auto stays = [&](const service::acceptor& one) {
        return std::ranges::find(addresses, one.address()) != addresses.end();
    };
    for (auto& one : parts_->sockets)
        if (!stays(one)) one.close();
    std::erase_if(parts_->sockets, [&](const service::acceptor& one) { return !stays(one); });
    for (const auto& one : opened)
        parts_->sockets.emplace_back(
            home.loop, one.descriptor, one.address,
            [this](int descriptor, const tcp::endpoint& peer, const auto&) { parts_->arrive(descriptor, peer); });
    const auto guests = home.guests;  // one that ends leaves
    for (const auto& [key, one] : guests) one->rules_changed();
}

void worker::parts::arrive(int descriptor, const tcp::endpoint& peer)
{
    if (descriptor < 0) return not_accepted(-descriptor);
    const connection_ends ends{peer, local_end(descriptor)};
    const bool announces = std::ranges::any_of(
        trusted, [&](const service::address_block& one) { return one.contains(peer.address()); });
    if (!announces) return admit(descriptor, ends);
    // Who it is comes with the header, so it may take one of the places kept for those who logged in lately.
    auto place = home.shared.startups.enter(home.rules->settings->limits.max_startups, source_history::logged_in_lately,
                                            static_cast<std::uint32_t>(home.random()));
    if (!place) return turn_away_startup(descriptor, ends.source);
    read_preface(home.loop, descriptor, [this, ends, held = std::make_shared<startup_gate::pass>(*std::move(place))](
                                            int given_back, const announced& said) mutable {
        held.reset();
        if (given_back < 0) return drop("proxy_header", ends.source);
        admit(given_back, {said.source.value_or(ends.source), said.destination.value_or(ends.reached)});
    });
}

void worker::parts::not_accepted(int error)
{
    home.shared.counters.dropped_connection("accept_failed");
    home.shared.lacking.met(error, std::chrono::steady_clock::now());
}

void worker::parts::admit(int descriptor, const connection_ends& ends)
{
    const auto now = std::chrono::steady_clock::now();
    const auto& source = ends.source.address();
    auto& shared = home.shared;
    if (draining) return turn_away(descriptor, farewell_sentence);
    if (const auto left = shared.penalties.refused_for(source, now)) {
        const auto wait = std::chrono::ceil<std::chrono::seconds>(*left).count();
        drop("penalty", ends.source);
        return turn_away(descriptor, "Too many failed logins from your network: try again in " +
                                         std::to_string(wait) + " s.");
    }
    auto place = shared.startups.enter(home.rules->settings->limits.max_startups, shared.logins.of(source, now),
                                       static_cast<std::uint32_t>(home.random()));
    if (!place) return turn_away_startup(descriptor, ends.source);
    home.strangers.run(source.to_string(),
                       [this, ends, held = hold(descriptor),
                        place = std::make_shared<startup_gate::pass>(*std::move(place))] {
                           begin(std::exchange(*held, -1), ends, std::move(*place));
                       });
}

void worker::parts::begin(int descriptor, const connection_ends& ends, startup_gate::pass place)
{
    if (draining) return turn_away(descriptor, farewell_sentence);
    const auto made = std::make_shared<guest>(home, ends, std::move(place));
    home.guests.emplace(made.get(), made);
    if (made->begin(descriptor)) return;
    home.guests.erase(made.get());
    drop("resources", ends.source);
}

void worker::parts::turn_away_startup(int descriptor, const tcp::endpoint& source)
{
    drop("startups", source);
    turn_away(descriptor, "Too many connections are logging in: try again.");
}

// Each is counted; a flood does not fill the log.
void worker::parts::drop(std::string_view reason, const tcp::endpoint& source)
{
    home.shared.counters.dropped_connection(reason);
    const auto now = steady_ms();
    if (now - last_drop_logged < 1000) {
        ++drops_not_logged;
        return;
    }
    last_drop_logged = now;
    home.shared.out.info("connection dropped", {{"reason", reason},
                                                {"source", source.address().to_string()},
                                                {"others", std::exchange(drops_not_logged, 0)}});
}

void worker::parts::every_second()
{
    last_turn.store(steady_ms(), std::memory_order_relaxed);
    seconds.expires_after(std::chrono::seconds(1));
    seconds.async_wait([this](const boost::system::error_code& stopped) {
        if (stopped) return;
        const auto now = now_seconds();
        for (const auto& [key, one] : home.guests) {  // ending takes effect after the present call
            one->each_second(now);
            if (draining && one->idles()) one->end({"draining", "draining"});
        }
        every_second();
    });
}

void worker::drain(std::chrono::milliseconds within, std::function<void()> done)
{
    auto& home = parts_->home;
    parts_->draining = true;
    for (auto& one : parts_->sockets) one.close();
    parts_->sockets.clear();
    home.on_guest_left = [this, done = std::move(done), told = false]() mutable {
        if (told || !parts_->empty()) return;
        told = true;
        parts_->deadline.cancel();
        asio::post(parts_->home.loop, done);
    };
    parts_->deadline.expires_after(within);
    parts_->deadline.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) parts_->end_all("drain_deadline");
    });
    home.on_guest_left();
}

void worker::parts::end_all(std::string_view label)
{
    for (const auto& [key, one] : home.guests) one->end({label, std::string(label)});
}

void worker::stop()
{
    parts_->draining = true;  // a connection that waits for its turn must not begin behind the end
    parts_->seconds.cancel();
    parts_->deadline.cancel();
    parts_->home.on_guest_left = nullptr;
    parts_->sockets.clear();
    parts_->end_all("stopped");
}

}  // namespace gatehouse::bastion
