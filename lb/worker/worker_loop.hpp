#pragma once

#include "lb/http/forward_head.hpp"
#include "lb/io/deadline_wheel.hpp"
#include "lb/io/transport.hpp"
#include "lb/proxy/relay_store.hpp"
#include "lb/target/balancer.hpp"
#include "lb/target/retry_budget.hpp"
#include "lb/upstream/pool.hpp"
#include "lb/worker/clock.hpp"
#include "lb/worker/graveyard.hpp"
#include "lb/worker/worker.hpp"

#include <functional>
#include <map>
#include <string>

namespace gatehouse::lb {

// What a worker keeps for a target group from publication to publication.
struct group_state {
    explicit group_state(std::uint64_t seed) noexcept : choose(seed) {}
    balancer choose;
    retry_budget budget;
};

// The surroundings of everything that lives on one worker: its loop, its time, its memory, its counters.
// Passed by reference to connections and exchanges, which it outlives.
struct worker_loop {
    worker_loop(boost::asio::io_context& on, unsigned number, door& whole, worker_stats& counters,
                access_log::lane& records);

    // The first thing every event handler does.
    void wake() noexcept { clock.tick(); }

    std::int64_t in(conf::duration after) const noexcept { return clock.ms() + after.count(); }
    group_state& state_of(const std::string& group);  // looked up when a plan is adopted
    std::uint64_t random() noexcept;                  // for ids that must not repeat, not for secrets
    void connection_closed() { if (on_connection_closed) on_connection_closed(); }

    boost::asio::io_context& loop;
    const unsigned index;
    door& shared;
    worker_stats& stats;
    access_log::lane& log;

    coarse_clock clock;
    http::http_date date;
    io_scratch scratch;
    poller events;
    deadline_wheel deadlines;
    graveyard buried;
    upstream_pool pool;
    relay_store relays;

    plan_ptr current;                       // null before the first adoption
    std::vector<group_state*> group_states;  // by index into current->groups
    bool draining = false;                  // SIGTERM: every response says close
    std::function<void()> on_connection_closed;  // set while something waits for the last one

private:
    std::map<std::string, group_state, std::less<>> states_;
    std::uint64_t random_state_;
};

}  // namespace gatehouse::lb
