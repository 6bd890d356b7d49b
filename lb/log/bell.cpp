#include "lb/log/bell.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace gatehouse::lb {

bell::bell() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (event_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
}

bell::~bell() { ::close(event_); }

void bell::ring() noexcept
{
    if (!rung_.exchange(true, std::memory_order_acq_rel)) ::eventfd_write(event_, 1);
}

void bell::wait(std::chrono::milliseconds patience) noexcept
{
    pollfd waiting{event_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) > 0) {
        eventfd_t count = 0;
        ::eventfd_read(event_, &count);
    }
    // After the read: a ring in between finds rung_ still set and skips its write, but this exchange then
    // sees all that came before it.
    rung_.exchange(false, std::memory_order_acq_rel);
}

}  // namespace gatehouse::lb
