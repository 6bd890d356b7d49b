#include "lb/io/poller.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <system_error>

namespace gatehouse::lb {
namespace {

int make_set()
{
    const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return descriptor;
}

}  // namespace

poller::poller(boost::asio::io_context& loop) : loop_(loop), set_(loop, make_set()) { wait(); }

void poller::wait()
{
    set_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& ended) {
        if (!ended) take_batch();
    });
}

void poller::take_batch()
{
    const int count = ::epoll_wait(set_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
    for (int i = 0; i < count; ++i) {
        const auto& one = events_[static_cast<std::size_t>(i)];
        static_cast<watched*>(one.data.ptr)->on_events(one.events);
    }
    wait();  // tells again at once when the batch was not all
}

bool poller::control(int operation, int descriptor, watched& which, interest wanted) noexcept
{
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
    if (wanted == interest::read_and_write) event.events |= EPOLLOUT;
    event.data.ptr = &which;
    return ::epoll_ctl(set_.native_handle(), operation, descriptor, &event) == 0;
}

bool poller::add(int descriptor, watched& which, interest wanted) noexcept
{
    return control(EPOLL_CTL_ADD, descriptor, which, wanted);
}

void poller::add_write_interest(int descriptor, watched& which) noexcept
{
    control(EPOLL_CTL_MOD, descriptor, which, interest::read_and_write);
}

void poller::call_soon(watched& which)
{
    soon_.push_back(&which);
    if (soon_.size() > 1) return;
    boost::asio::post(loop_, [this] {
        std::vector<watched*> now;
        now.swap(soon_);
        for (auto* one : now) one->on_events(0);
    });
}

}  // namespace gatehouse::lb
