#pragma once

#include "lb/worker/plan.hpp"
#include "service/shortage.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace gatehouse::lb {

// What all workers share: counts that a limit of the whole door needs, and the way to the control thread.
struct door {
    service::shortage& lacking;                 // what a new connection needs
    std::atomic<std::uint32_t> connections{0};  // of clients, over all workers
    class source_counts;                        // connections per client address; see source_counts.hpp
    std::shared_ptr<source_counts> sources{};
    // Called on a worker when a connect to a target failed for the first time since its last probe. Must be quick.
    std::function<void(const std::shared_ptr<target>&)> suspected{};
};

// One thread's share of the door: its listening sockets, client connections, upstream pool and scratch memory.
// Everything but the constructor and last_turn_ms() runs on the worker's own thread.
class worker {
public:
    // All references must outlive the worker.
    worker(boost::asio::io_context& loop, unsigned index, door& shared, worker_stats& stats, access_log::lane& log);
    ~worker();
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    // Serves by this plan from now on. Listeners that stay keep sockets and connections; new ones begin to accept;
    // the sockets of gone ones are closed after what waits in their backlog is accepted, and their connections
    // are drained. Requests in progress end under the plan they began with.
    void adopt(plan_ptr next);

    // Stop accepting; answer what runs and what still arrives with Connection: close; close idle connections after
    // a grace of 2 s; end everything at the deadline. `done` is called once, when no connection is left.
    void drain(std::chrono::milliseconds deadline, std::function<void()> done);

    // When its loop last turned (steady milliseconds), which it does every 100 ms. From any thread.
    std::int64_t last_turn_ms() const noexcept;

    // Closes everything at once, before the loop is stopped; a drained worker has nothing left but idle targets.
    void stop();

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace gatehouse::lb
