#include "discovery/name_service.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace gatehouse::discovery {
namespace {

namespace asio = boost::asio;
using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

// One family at a time: asked for both, getaddrinfo hides that one of them failed.
name_result ask(const std::string& name, const tcp& family)
{
    asio::io_context own;
    tcp::resolver resolver(own);
    error_code failed;
    // No flags: what the answer is must not depend on the addresses this machine happens to have.
    const auto found = resolver.resolve(family, name, "", tcp::resolver::flags(), failed);
    if (failed) return failed;
    name_answer answer;
    for (const auto& entry : found) answer.addresses.push_back(entry.endpoint().address());
    return answer;
}

bool says_nobody(const name_result& answer)
{
    return answer ? answer->addresses.empty() : answer.error() == asio::error::host_not_found;
}

}  // namespace

name_result join_families(const name_result& v4, const name_result& v6)
{
    name_answer both;
    for (const auto* family : {&v4, &v6}) {
        if (family->has_value())
            both.addresses.insert(both.addresses.end(), (*family)->addresses.begin(),
                                  (*family)->addresses.end());
        else if (!says_nobody(*family))
            both.complete = false;
    }
    if (!both.addresses.empty()) return both;
    if (both.complete) return error_code(asio::error::host_not_found);
    return v4.has_error() && !says_nobody(v4) ? v4.error() : v6.error();
}

// A lookup that runs on its own thread. The thread may outlive the loop, so it touches the timer, and with it
// the loop, only while `waiter` is set, and that only changes under the mutex.
struct system_names::question {
    explicit question(std::string asked) : name(std::move(asked)) {}

    const std::string name;
    std::mutex mutex;
    asio::steady_timer* waiter = nullptr;
    std::optional<name_result> answer;

    bool done()
    {
        const std::lock_guard lock(mutex);
        return answer.has_value();
    }
    static void run(const std::shared_ptr<question>& self)
    {
        auto found = join_families(ask(self->name, tcp::v4()), ask(self->name, tcp::v6()));
        const std::lock_guard lock(self->mutex);
        self->answer = std::move(found);
        if (self->waiter) asio::post(self->waiter->get_executor(), [self] { self->wake(); });
    }
    void wake()
    {
        const std::lock_guard lock(mutex);
        if (waiter) waiter->cancel();
    }

    // Lets the thread reach the timer for as long as it is waited on, however the wait ends.
    class attached {
    public:
        attached(question& asked, asio::steady_timer& waiter) : question_(asked) { set(&waiter); }
        ~attached() { set(nullptr); }
        attached(const attached&) = delete;
        attached& operator=(const attached&) = delete;

    private:
        void set(asio::steady_timer* waiter)
        {
            const std::lock_guard lock(question_.mutex);
            question_.waiter = waiter;
        }
        question& question_;
    };
};

system_names::system_names(std::chrono::milliseconds patience) : patience_(patience) {}

asio::awaitable<name_result> system_names::lookup(std::string name)
{
    if (!running_ || running_->name != name || running_->done()) {
        running_ = std::make_shared<question>(std::move(name));
        try {
            std::thread(question::run, running_).detach();
        } catch (const std::system_error& none_left) {
            running_.reset();
            co_return error_code(none_left.code().value(), boost::system::system_category());
        }
    }
    const auto asked = running_;
    asio::steady_timer deadline(co_await asio::this_coro::executor, patience_);
    const question::attached waiting(*asked, deadline);
    if (!asked->done()) co_await deadline.async_wait(token);
    const std::lock_guard lock(asked->mutex);
    co_return asked->answer ? *asked->answer : name_result(error_code(asio::error::timed_out));
}

}  // namespace gatehouse::discovery
