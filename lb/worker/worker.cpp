#include "lb/worker/worker.hpp"

#include "lb/proxy/client_connection.hpp"
#include "lb/worker/listener_state.hpp"
#include "lb/worker/worker_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <list>

namespace gatehouse::lb {
struct worker::parts {
    parts(boost::asio::io_context& loop, unsigned index, door& shared, worker_stats& stats, access_log::lane& log) :
        home(loop, index, shared, stats, log), ticks(loop), drain_deadline(loop)
    {
    }

    listener_state& state_of(const std::string& name);
    void adopt_listener(const listener_plan& from, const plan_ptr& whole);
    void not_accepted(int error);
    void leave(listener_state& gone);
    void close_strangers();
    void tick();
    bool empty() const;

    worker_loop home;
    std::list<listener_state> listeners;
    boost::asio::steady_timer ticks, drain_deadline;
    std::int64_t last_second = 0;
    std::atomic<std::int64_t> last_turn{0};
};

worker::worker(boost::asio::io_context& loop, unsigned index, door& shared, worker_stats& stats,
               access_log::lane& log) :
    parts_(std::make_unique<parts>(loop, index, shared, stats, log))
{
    parts_->last_turn = parts_->home.clock.ms();
    parts_->tick();
}

worker::~worker() = default;

std::int64_t worker::last_turn_ms() const noexcept { return parts_->last_turn.load(std::memory_order_relaxed); }

void worker::adopt(plan_ptr next)
{
    auto& home = parts_->home;
    home.wake();
    home.current = next;
    home.group_states.clear();
    for (const auto& group : next->groups) home.group_states.push_back(&home.state_of(group.name));
    for (const auto& listener : next->listeners) parts_->adopt_listener(listener, next);
    for (auto& known : parts_->listeners) {
        const bool stays = std::ranges::any_of(
            next->listeners, [&](const listener_plan& one) { return one.name == known.name; });
        if (!stays && !known.leaving) parts_->leave(known);
    }
    std::erase_if(parts_->listeners,
                  [](const listener_state& one) { return one.leaving && one.connections.empty(); });
    parts_->close_strangers();
}

listener_state& worker::parts::state_of(const std::string& name)
{
    const auto found = std::ranges::find_if(
        listeners, [&](const listener_state& one) { return one.name == name && !one.leaving; });
    if (found != listeners.end()) return *found;
    auto& made = listeners.emplace_back();
    made.name = name;
    return made;
}

void worker::parts::adopt_listener(const listener_plan& from, const plan_ptr& whole)
{
    auto& state = state_of(from.name);
    state.current = &from;
    state.keeps = whole;
    for (auto& socket : state.sockets)
        if (std::ranges::find(from.addresses, socket.address()) == from.addresses.end()) socket.close();
    std::erase_if(state.sockets, [&](const service::acceptor& one) {
        return std::ranges::find(from.addresses, one.address()) == from.addresses.end();
    });
    for (const auto& socket : from.opened)
        state.sockets.emplace_back(home.loop, socket.descriptor, socket.address,
                                   [this, &state](int descriptor, const auto& peer, const service::acceptor& through) {
                                       if (descriptor < 0) return not_accepted(-descriptor);
                                       client_connection::open(home, state, descriptor, peer, through);
                                   });
}

void worker::parts::not_accepted(int error)
{
    home.stats.refused[static_cast<std::size_t>(refusal::accept_failed)].add();
    home.shared.lacking.met(error, std::chrono::steady_clock::now());
}

void worker::parts::leave(listener_state& gone)
{
    for (auto& socket : gone.sockets) socket.close();
    gone.leaving = true;
    gone.sockets.clear();
    for (auto& one : gone.connections) one.begin_drain();
}

// Idle connections to targets that get no more requests: whoever leaves a group drains.
void worker::parts::close_strangers()
{
    home.pool.remove_where([](const target& one) { return one.current_drain() != target::drain::active; });
}

void worker::parts::tick()
{
    ticks.expires_after(std::chrono::milliseconds(deadline_wheel::slot_ms));
    ticks.async_wait([this](const boost::system::error_code& stopped) {
        if (stopped) return;
        home.wake();
        last_turn.store(home.clock.ms(), std::memory_order_relaxed);
        home.deadlines.advance(home.clock.ms());
        if (const auto second = home.clock.ms() / 1000; second != last_second) {
            last_second = second;
            home.clock.resync();
            home.relays.end_expired();
        }
        tick();
    });
}

bool worker::parts::empty() const
{
    return std::ranges::all_of(listeners, [](const listener_state& one) { return one.connections.empty(); });
}

void worker::drain(std::chrono::milliseconds deadline, std::function<void()> done)
{
    auto& home = parts_->home;
    home.wake();
    home.draining = true;
    for (auto& one : parts_->listeners)
        if (!one.leaving) parts_->leave(one);
    home.pool.remove_all();
    home.on_connection_closed = [this, done = std::move(done), told = false]() mutable {
        if (told || !parts_->empty()) return;
        told = true;
        parts_->drain_deadline.cancel();
        boost::asio::post(parts_->home.loop, done);
    };
    parts_->drain_deadline.expires_after(deadline);
    parts_->drain_deadline.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        for (auto& one : parts_->listeners)
            while (!one.connections.empty()) one.connections.front().end();
    });
    home.connection_closed();
}

void worker::stop()
{
    parts_->ticks.cancel();
    parts_->drain_deadline.cancel();
    parts_->home.on_connection_closed = nullptr;
    for (auto& one : parts_->listeners) {
        one.sockets.clear();
        while (!one.connections.empty()) one.connections.front().end();
    }
    parts_->home.pool.remove_all();
    parts_->home.events.stop();
}

}  // namespace gatehouse::lb
