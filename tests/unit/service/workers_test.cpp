#include "service/workers.hpp"
#include "tests/unit/service/scratch.hpp"

#include <boost/asio/steady_timer.hpp>

#include <catch2/catch.hpp>

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::service {

TEST_CASE("run_on_all runs once on each worker's own thread and waits", "[workers]")
{
    workers crew(3);
    crew.start();
    std::vector<std::thread::id> ran(crew.size());
    std::vector<std::string> names(crew.size());
    crew.run_on_all([&](unsigned index) {
        ran[index] = std::this_thread::get_id();
        char name[16] = {};
        pthread_getname_np(pthread_self(), name, sizeof name);
        names[index] = name;
    });
    CHECK(std::set<std::thread::id>(ran.begin(), ran.end()).size() == 3);
    CHECK(names == std::vector<std::string>{"worker-0", "worker-1", "worker-2"});
    std::vector<std::thread::id> again(crew.size());
    crew.run_on_all([&](unsigned index) { again[index] = std::this_thread::get_id(); });
    CHECK(again == ran);
}

TEST_CASE("there is always one worker", "[workers]")
{
    CHECK(workers(0).size() == 1);
}

TEST_CASE("stop runs what was posted before it and ends loops that still wait", "[workers]")
{
    workers crew(2);
    boost::asio::steady_timer never(crew.loop(0), std::chrono::hours(1));
    never.async_wait([](const boost::system::error_code&) {});
    std::atomic<int> ran{0};
    crew.start();
    for (unsigned i = 0; i < 100; ++i) crew.post(i % 2, [&ran] { ++ran; });
    crew.stop();
    CHECK(ran == 100);
    crew.stop();
}

TEST_CASE("a worker does not take the signals of the control thread", "[workers]")
{
    workers crew(1);
    crew.start();
    std::atomic<int> blocked{0};
    crew.run_on_all([&](unsigned) {
        sigset_t mask;
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        blocked = sigismember(&mask, SIGTERM) + sigismember(&mask, SIGHUP) + sigismember(&mask, SIGINT);
    });
    CHECK(blocked == 3);
    sigset_t ours;
    pthread_sigmask(SIG_SETMASK, nullptr, &ours);
    CHECK(sigismember(&ours, SIGTERM) == 0);
}

TEST_CASE("an exception that leaves a loop ends the process", "[workers]")
{
    const auto code = in_child([] {
        REQUIRE(std::freopen("/dev/null", "w", stderr) != nullptr);
        workers crew(1);
        ::signal(SIGABRT, SIG_DFL);
        crew.start();
        crew.post(0, [] { throw std::runtime_error("bug"); });
        ::sleep(5);  // never waited out: the worker ends the process
        return 0;
    });
    CHECK(code == 128 + SIGABRT);
}

}  // namespace gatehouse::service
