#include "bastion/worker/preface.hpp"

#include "service/proxy_header.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace gatehouse::bastion {
namespace {

namespace asio = boost::asio;
using service::proxy_header;

constexpr std::chrono::seconds within(5);

class preface : public std::enable_shared_from_this<preface> {
public:
    using result = std::function<void(int descriptor, const announced& said)>;

    preface(asio::io_context& loop, result then) : socket_(loop), patience_(loop), then_(std::move(then)) {}

    void begin(int descriptor)
    {
        boost::system::error_code no_room;  // in epoll
        socket_.assign(descriptor, no_room);
        if (no_room) {
            ::close(descriptor);
            return fail();
        }
        patience_.expires_after(within);
        patience_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
            if (!cancelled) self->fail();
        });
        wait();
    }

private:
    void wait()
    {
        socket_.async_wait(asio::posix::descriptor_base::wait_read,
                           [self = shared_from_this()](const boost::system::error_code& failed) {
                               if (failed || !self->then_) return;
                               self->look();
                           });
    }

    // Takes what belongs to the header off the socket and leaves the rest, which is the SSH library's.
    void look()
    {
        std::array<char, 4096> seen;
        const auto size = ::recv(socket_.native_handle(), seen.data(), seen.size(), MSG_PEEK | MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return wait();
        if (size <= 0) return fail();
        const auto before = read_.size();
        read_.append(seen.data(), static_cast<std::size_t>(size));
        const auto header = service::parse_proxy_header(read_);
        if (header.state == proxy_header::status::bad) return fail();
        const bool complete = header.state == proxy_header::status::complete;
        auto take = (complete ? header.size : read_.size()) - before;
        for (; take > 0;) {
            const auto taken = ::recv(socket_.native_handle(), seen.data(), std::min(take, seen.size()), MSG_DONTWAIT);
            if (taken <= 0) return fail();
            take -= static_cast<std::size_t>(taken);
        }
        if (!complete) return wait();
        patience_.cancel();
        std::exchange(then_, nullptr)(socket_.release(), {header.source, header.destination});
    }

    void fail()
    {
        const auto then = std::exchange(then_, nullptr);
        if (!then) return;
        patience_.cancel();
        boost::system::error_code ignored;
        socket_.close(ignored);
        then(-1, {});
    }

    asio::posix::stream_descriptor socket_;
    asio::steady_timer patience_;
    result then_;
    std::string read_;
};

}  // namespace

void read_preface(asio::io_context& loop, int descriptor, std::function<void(int, const announced&)> then)
{
    std::make_shared<preface>(loop, std::move(then))->begin(descriptor);
}

}  // namespace gatehouse::bastion
