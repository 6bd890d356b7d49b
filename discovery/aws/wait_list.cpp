#include "discovery/aws/wait_list.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gatehouse::discovery::aws {

namespace asio = boost::asio;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

// A timer that is on the list for as long as it is waited on, however the wait ends.
class wait_list::entry {
public:
    entry(wait_list& on, asio::steady_timer& timer) : on_(on), timer_(timer)
    {
        on_.waiting_.push_back(&timer_);
    }
    ~entry() { on_.waiting_.remove(&timer_); }
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

private:
    wait_list& on_;
    asio::steady_timer& timer_;
};

asio::awaitable<void> wait_list::wait(std::chrono::steady_clock::time_point latest)
{
    asio::steady_timer timer(executor_, latest);
    const entry listed(*this, timer);
    co_await timer.async_wait(token);
}

void wait_list::wake_one()
{
    if (waiting_.empty()) return;
    auto* longest = waiting_.front();
    waiting_.pop_front();
    longest->cancel();
}

void wait_list::wake_all()
{
    while (!waiting_.empty()) wake_one();
}

}  // namespace gatehouse::discovery::aws
