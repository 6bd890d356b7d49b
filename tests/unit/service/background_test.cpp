#include "service/background.hpp"
#include "service/burst.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>

namespace gatehouse::service {

namespace {

struct outcome {
    std::thread::id job, resumed;
    int niceness = 0;
    bool over = false;
};

// Of this thread.
int niceness() { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())); }

boost::asio::awaitable<void> work(background& quiet, outcome& told)
{
    co_await quiet.run([&told] {
        told.job = std::this_thread::get_id();
        told.niceness = niceness();
    });
    told.resumed = std::this_thread::get_id();
    told.over = true;
}

boost::asio::awaitable<void> wait_behind(background& quiet, std::atomic<bool>& begun, bool& told)
{
    co_await quiet.run([&begun] {
        begun = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    });
    told = true;
}

}  // namespace

TEST_CASE("a job runs elsewhere, nicer than all others, and its coroutine goes on at home", "[service][background]")
{
    boost::asio::io_context loop;
    background quiet;
    outcome told;
    const int ours = niceness();
    boost::asio::co_spawn(loop, work(quiet, told), [](std::exception_ptr failed) { CHECK_FALSE(failed); });
    loop.run();  // does not end before the job has
    CHECK(told.over);
    CHECK(told.job != std::this_thread::get_id());
    CHECK(told.resumed == std::this_thread::get_id());
    CHECK(told.niceness == 19);
    CHECK(niceness() == ours);
}

TEST_CASE("a long job lets others run, and only on that thread", "[service][background]")
{
    boost::asio::io_context loop;
    background quiet;
    long slept = 0;
    const auto switches = [] {
        rusage used{};
        ::getrusage(RUSAGE_THREAD, &used);
        return used.ru_nvcsw;
    };
    const auto work = [&] {
        const auto before = switches();
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
        while (std::chrono::steady_clock::now() < end) let_others_run();
        slept = switches() - before;
    };
    boost::asio::co_spawn(loop, quiet.run(work), [](std::exception_ptr failed) { CHECK_FALSE(failed); });
    loop.run();
    CHECK(slept > 0);
    work();
    CHECK(slept == 0);
}

TEST_CASE("what a job throws is thrown where it is waited for", "[service][background]")
{
    boost::asio::io_context loop;
    background quiet;
    std::exception_ptr seen;
    boost::asio::co_spawn(loop, quiet.run([] { throw std::runtime_error("no"); }),
                          [&](std::exception_ptr failed) { seen = failed; });
    loop.run();
    CHECK_THROWS_WITH(std::rethrow_exception(seen), "no");
}

TEST_CASE("the thread ends after the job under way, and who waits hears no more", "[service][background]")
{
    boost::asio::io_context loop;
    std::atomic<bool> begun = false;
    bool told = false;
    {
        background quiet;
        boost::asio::co_spawn(loop, wait_behind(quiet, begun, told), [](std::exception_ptr) {});
        while (!begun) loop.poll();
    }
    CHECK_FALSE(told);  // its loop has not run since
    loop.restart();
    loop.poll();
    CHECK(told);
}

}  // namespace gatehouse::service
