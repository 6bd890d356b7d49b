#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <utility>

namespace gatehouse::discovery::aws {

// The coroutines that wait for one thing, all on one thread. Must outlive their waits.
class wait_list {
public:
    explicit wait_list(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
    wait_list(const wait_list&) = delete;
    wait_list& operator=(const wait_list&) = delete;

    // Until woken, at most until `latest`. Who is woken looks again at what it waits for.
    boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point latest);

    void wake_one();  // the one that waits longest
    void wake_all();

private:
    class entry;
    boost::asio::any_io_executor executor_;
    std::list<boost::asio::steady_timer*> waiting_;
};

}  // namespace gatehouse::discovery::aws
