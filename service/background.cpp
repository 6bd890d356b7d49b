#include "service/background.hpp"

#include "service/burst.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <utility>

namespace gatehouse::service {
namespace {

namespace asio = boost::asio;

void settle_down()
{
    ::pthread_setname_np(::pthread_self(), "background");
    // Of this thread alone, as Linux has it. SCHED_IDLE would wait for a whole minute beside two busy loops.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
}

// One job and the handler that waits for it, which keeps the loop it belongs to running.
template <class Handler> struct task {
    using executor = asio::associated_executor_t<Handler>;

    task(std::function<void()> what, Handler who)
        : job(std::move(what)), handler(std::move(who)), home(asio::get_associated_executor(handler))
    {}

    void operator()()
    {
        begin_burst();
        std::exception_ptr failed;
        try {
            job();
        } catch (...) {
            failed = std::current_exception();
        }
        const auto where = home.get_executor();
        asio::post(where, [done = std::move(handler), failed]() mutable { std::move(done)(failed); });
    }

    std::function<void()> job;
    Handler handler;
    asio::executor_work_guard<executor> home;
};

struct start {
    template <class Handler>
    void operator()(Handler handler, asio::thread_pool* on, std::function<void()> job) const
    {
        asio::post(*on, task<Handler>(std::move(job), std::move(handler)));
    }
};

}  // namespace

struct background::state {
    state() { asio::post(pool, settle_down); }
    asio::thread_pool pool{1};
};

background::background() = default;

background::~background()
{
    if (!state_) return;
    state_->pool.stop();
    state_->pool.join();
}

asio::awaitable<void> background::run(std::function<void()> job)
{
    if (!state_) state_ = std::make_unique<state>();
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(start(), asio::use_awaitable,
                                                                                        &state_->pool, std::move(job));
}

asio::awaitable<void> run_at_once(std::function<void()> job)
{
    job();
    co_return;
}

}  // namespace gatehouse::service
