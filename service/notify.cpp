#include "service/notify.hpp"

#include "service/environment.hpp"

#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>

namespace gatehouse::service {

namespace {

// CLOCK_MONOTONIC, which systemd compares with its own (sd_notify(3), MONOTONIC_USEC).
std::string monotonic_usec()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000);
}

}  // namespace

struct notify::state {
    ~state()
    {
        if (socket >= 0) ::close(socket);
    }

    void open(const std::string& path);
    void send(std::string_view message) const;
    static void keep_alive(const std::shared_ptr<state>& self);

    int socket = -1;
    sockaddr_un address{};
    socklen_t address_length = 0;
    std::chrono::microseconds watchdog{0};  // 0 = systemd asked for none
    std::optional<boost::asio::steady_timer> pause;
    std::function<bool()> alive;
};

void notify::state::open(const std::string& path)
{
    // A path begins with '/', an abstract name with '@', which stands for the leading zero byte.
    if (path.size() < 2 || (path[0] != '/' && path[0] != '@') || path.size() >= sizeof address.sun_path)
        return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path[0] == '@') address.sun_path[0] = '\0';
    address_length =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (path[0] == '/' ? 1 : 0));
    socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

void notify::state::send(std::string_view message) const
{
    if (socket < 0) return;
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    while (::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL, to, address_length) < 0 &&
           errno == EINTR) {
    }
}

void notify::state::keep_alive(const std::shared_ptr<state>& self)
{
    if (self->alive()) self->send("WATCHDOG=1");
    self->pause->expires_after(self->watchdog / 2);
    self->pause->async_wait([weak = std::weak_ptr(self)](const boost::system::error_code& cancelled) {
        const auto alive = weak.lock();
        if (alive && !cancelled) keep_alive(alive);
    });
}

notify::notify() : state_(std::make_shared<state>())
{
    state_->open(take_variable("NOTIFY_SOCKET"));
    const auto interval = number_in<std::int64_t>(take_variable("WATCHDOG_USEC"));
    const auto for_whom = take_variable("WATCHDOG_PID");
    const bool for_us = for_whom.empty() || number_in<pid_t>(for_whom) == ::getpid();
    if (for_us && interval > 0) state_->watchdog = std::chrono::microseconds(interval);
}

notify::~notify() = default;

void notify::ready()
{
    state_->send("READY=1");
}

void notify::reloading()
{
    state_->send("RELOADING=1\nMONOTONIC_USEC=" + monotonic_usec());
}

void notify::stopping(std::chrono::microseconds within)
{
    state_->send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(within.count()));
}

void notify::status(std::string_view sentence)
{
    std::string message = "STATUS=";
    message += sentence;
    std::replace(message.begin(), message.end(), '\n', ' ');  // a newline would begin another assignment
    state_->send(message);
}

void notify::start_watchdog(boost::asio::any_io_executor executor, std::function<bool()> alive)
{
    if (state_->socket < 0 || state_->watchdog.count() == 0) return;
    state_->pause.emplace(std::move(executor));
    state_->alive = std::move(alive);
    state::keep_alive(state_);
}

}  // namespace gatehouse::service
