#include "service/workers.hpp"

#include <boost/asio/post.hpp>
#include <boost/assert.hpp>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <latch>
#include <string>

namespace gatehouse::service {

namespace {

// While it lives, threads started by this one never take the signals the control thread answers: a worker's
// system calls are not interrupted by a reload.
class signals_blocked {
public:
    signals_blocked()
    {
        sigset_t ours;
        sigemptyset(&ours);
        for (const int each : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&ours, each);
        pthread_sigmask(SIG_BLOCK, &ours, &before_);
    }
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_;
};

// As sched_setattr(2) takes it; glibc 2.36 has no declaration, and the kernel's own clashes with <sched.h>.
struct scheduling {
    std::uint32_t size = sizeof(scheduling), policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0, deadline = 0, period = 0;
};

// A worker that wakes up for a request may take its core back from a thread with a longer slice, instead of after that
// slice of milliseconds. Since Linux 6.12 a thread asks for that by a short slice of its own (the shortest is 0.1 ms);
// older kernels ignore this. A worker that has just used more than its share waits nevertheless.
void preempt_others() noexcept
{
    scheduling wanted;
    if (::syscall(SYS_sched_getattr, 0, &wanted, sizeof wanted, 0) != 0 || wanted.policy != SCHED_OTHER) return;
    wanted.runtime = 100'000;  // ns
    ::syscall(SYS_sched_setattr, 0, &wanted, 0);
}

void run_worker(boost::asio::io_context& loop, unsigned index) noexcept
{
    preempt_others();
    // The kernel takes 15 characters.
    pthread_setname_np(pthread_self(), ("worker-" + std::to_string(index)).substr(0, 15).c_str());
    loop.run();
}

}  // namespace

workers::workers(unsigned count)
{
    for (unsigned i = 0; i < std::max(count, 1U); ++i) {
        loops_.push_back(std::make_unique<boost::asio::io_context>(1));
        using guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
        guards_.push_back(std::make_unique<guard>(loops_.back()->get_executor()));
    }
}

workers::~workers()
{
    stop();
}

void workers::start()
{
    BOOST_ASSERT_MSG(threads_.empty(), "workers started twice");
    const signals_blocked quiet;
    for (unsigned i = 0; i < size(); ++i) threads_.emplace_back([this, i] { run_worker(*loops_[i], i); });
}

void workers::post(unsigned index, std::function<void()> work)
{
    boost::asio::post(loop(index), std::move(work));
}

void workers::run_on_all(const std::function<void(unsigned)>& work)
{
    std::latch left(static_cast<std::ptrdiff_t>(size()));
    for (unsigned i = 0; i < size(); ++i) {
        post(i, [&work, &left, i] {
            work(i);
            left.count_down();
        });
    }
    left.wait();
}

void workers::stop()
{
    for (auto& each : loops_) boost::asio::post(*each, [&loop = *each] { loop.stop(); });
    for (auto& each : threads_) each.join();
    threads_.clear();
    guards_.clear();
}

}  // namespace gatehouse::service
