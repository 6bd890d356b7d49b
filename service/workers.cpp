#include "service/workers.hpp"

#include <boost/asio/post.hpp>
#include <boost/assert.hpp>

#include <pthread.h>
#include <signal.h>

#include <algorithm>
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

void run_worker(boost::asio::io_context& loop, unsigned index) noexcept
{
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
