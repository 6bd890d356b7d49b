#include "lb/log/access_log.hpp"

#include "lb/log/access_writer.hpp"
#include "lb/log/bell.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <utility>
#include <vector>

namespace gatehouse::lb {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto drop_report_interval = 1min;

// The thread that is started while this lives takes no signal: SIGTERM and SIGHUP are the main loop's, and a
// closed standard output must be a write error, not a SIGPIPE.
class signals_blocked {
public:
    signals_blocked() noexcept
    {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_;
};

}  // namespace

struct access_log::state {
    state(service::log& sink, pace sleeps) : errors(sink), naps(sleeps), writer(sink) {}

    void run();
    bool drain();
    bool change_is_pending();
    void change_over();
    void report_drops();
    std::uint64_t dropped_by_lanes() const noexcept;

    service::log& errors;
    const pace naps;
    bell wake;
    std::vector<std::unique_ptr<lane>> lanes;
    std::atomic<bool> stopping{false};

    // A change of destination on its way from the control thread to the writer.
    std::mutex mutex;
    std::condition_variable changed;
    bool pending = false;
    std::optional<access_writer::destination> next;

    // The writer thread's, but for writer.lost().
    access_writer writer;
    std::uint64_t drops_reported = 0;
    steady_clock::time_point next_drop_report{};
    std::thread thread;
};

void access_log::state::run()
{
    ::pthread_setname_np(::pthread_self(), "gh-access-log");
    auto nap = naps.busy;
    for (;;) {
        // Both are asked before the drain, so that it takes all that was queued when they were said.
        const bool last = stopping.load(std::memory_order_acquire);
        const bool change = change_is_pending();
        nap = drain() ? naps.busy : std::min(2 * nap, naps.idle);
        if (change) change_over();
        report_drops();
        if (last) return;
        wake.wait(nap);
    }
}

// Writes what is queued now; false when there was nothing.
bool access_log::state::drain()
{
    bool any = false;
    for (const auto& each : lanes)
        any |= each->ring_.drain([this](const access_record& record) { writer.add(record); });
    writer.flush();
    return any;
}

bool access_log::state::change_is_pending()
{
    const std::lock_guard hold(mutex);
    return pending;
}

// The old file is closed here, by the one thread that wrote it.
void access_log::state::change_over()
{
    const std::lock_guard hold(mutex);
    writer.direct(std::exchange(next, std::nullopt));
    pending = false;
    changed.notify_all();
}

void access_log::state::report_drops()
{
    const auto drops = dropped_by_lanes();
    if (drops == drops_reported) return;
    const auto now = steady_clock::now();
    if (now < next_drop_report) return;
    errors.warning("access log drops requests, its file is too slow", {{"dropped", drops - drops_reported}});
    drops_reported = drops;
    next_drop_report = now + drop_report_interval;
}

std::uint64_t access_log::state::dropped_by_lanes() const noexcept
{
    std::uint64_t sum = 0;
    for (const auto& each : lanes) sum += each->dropped();
    return sum;
}

bool access_log::lane::push(const access_record& record) noexcept
{
    if (!wanted()) return true;
    if (!ring_.push(record)) {
        dropped_.store(dropped() + 1, std::memory_order_relaxed);
        return false;
    }
    if (ring_.half_full()) writer_.ring();
    return true;
}

access_log::access_log(unsigned lanes, service::log& errors, std::size_t lane_bytes, pace naps)
    : state_(std::make_unique<state>(errors, naps))
{
    for (unsigned at = 0; at < lanes; ++at)
        state_->lanes.push_back(std::unique_ptr<lane>(new lane(lane_bytes, state_->wake)));
    const signals_blocked quiet;
    state_->thread = std::thread(&state::run, state_.get());
}

access_log::~access_log()
{
    state_->stopping.store(true, std::memory_order_release);
    state_->wake.ring();
    state_->thread.join();
}

access_log::lane& access_log::of(unsigned worker) noexcept { return *state_->lanes[worker]; }

void access_log::write_to(const std::optional<conf::access_log>& settings)
{
    std::optional<access_writer::destination> next;
    if (settings)
        next.emplace(access_writer::destination{service::log_file(settings->path), settings->layout});
    std::unique_lock hold(state_->mutex);
    state_->next = std::move(next);
    state_->pending = true;
    state_->wake.ring();
    state_->changed.wait_for(hold, 1s, [this] { return !state_->pending; });
    // Only now: what a worker pushes earlier would still go to the old place.
    for (const auto& each : state_->lanes)
        each->wanted_.store(settings.has_value(), std::memory_order_relaxed);
}

std::uint64_t access_log::dropped() const noexcept
{
    return state_->dropped_by_lanes() + state_->writer.lost();
}

}  // namespace gatehouse::lb
