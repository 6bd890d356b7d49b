#include "discovery/name_service.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
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

// A lookup that runs on its own thread. The thread may outlive the loop, so it touches nothing of it: it rings a bell
// that belongs to the question, and who waits listens to a copy.
struct system_names::question {
    explicit question(std::string asked) : name(std::move(asked)), bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
        if (bell < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    ~question() { ::close(bell); }
    question(const question&) = delete;
    question& operator=(const question&) = delete;

    std::optional<name_result> told()
    {
        const std::lock_guard lock(mutex);
        return answer;
    }
    int listen() const
    {
        const int copy = ::fcntl(bell, F_DUPFD_CLOEXEC, 0);
        if (copy < 0) throw std::system_error(errno, std::generic_category(), "fcntl");
        return copy;
    }
    static void run(const std::shared_ptr<question>& self)
    {
        auto found = join_families(ask(self->name, tcp::v4()), ask(self->name, tcp::v6()));
        const std::lock_guard lock(self->mutex);
        self->answer = std::move(found);
        const std::uint64_t one = 1;
        // Fails only when the count is full, and then it has been ringing for long.
        [[maybe_unused]] const auto rung = ::write(self->bell, &one, sizeof one);
    }

    const std::string name;
    const int bell;
    std::mutex mutex;
    std::optional<name_result> answer;
};

system_names::system_names(std::chrono::milliseconds patience) : patience_(patience) {}

void system_names::begin(std::string name)
{
    running_ = std::make_shared<question>(std::move(name));
    try {
        std::thread(question::run, running_).detach();
    } catch (...) {
        running_.reset();
        throw;
    }
}

asio::awaitable<name_result> system_names::lookup(std::string name)
{
    const auto executor = co_await asio::this_coro::executor;
    try {
        if (!running_ || running_->name != name || running_->told()) begin(std::move(name));
        const auto asked = running_;
        const auto bell = std::make_shared<asio::posix::stream_descriptor>(executor, asked->listen());
        asio::steady_timer deadline(executor, patience_);
        deadline.async_wait([bell](const error_code& cancelled) {
            if (!cancelled) bell->cancel();
        });
        if (!asked->told()) co_await bell->async_wait(asio::posix::stream_descriptor::wait_read, token);
        const auto answer = asked->told();
        co_return answer ? *answer : name_result(error_code(asio::error::timed_out));
    } catch (const std::system_error& none_left) {
        co_return error_code(none_left.code().value(), boost::system::system_category());
    } catch (const boost::system::system_error& not_watched) {
        co_return not_watched.code();
    }
}

}  // namespace gatehouse::discovery
