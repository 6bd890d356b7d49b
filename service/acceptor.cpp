#include "service/acceptor.hpp"

#include "service/sockets.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace gatehouse::service {

namespace asio = boost::asio;
using asio::ip::tcp;

struct acceptor::state : std::enable_shared_from_this<acceptor::state> {  // a wait may outlive its acceptor
    state(asio::io_context& loop, int descriptor, conf::bind_address bound, accepted callback) :
        where(std::move(bound)), text(to_string(where)), take(std::move(callback)), listening(loop), pause(loop)
    {
        sockaddr_storage name{};
        socklen_t size = sizeof name;
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size);
        const auto protocol = name.ss_family == AF_INET6 ? tcp::v6() : tcp::v4();
        boost::system::error_code failed;
        listening.assign(protocol, descriptor, failed);
        if (failed) ::close(descriptor);  // no room in epoll: the other workers' sockets serve
        if (protocol == tcp::v6())
            wildcard = IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<sockaddr_in6&>(name).sin6_addr);
        else
            wildcard = reinterpret_cast<sockaddr_in&>(name).sin_addr.s_addr == INADDR_ANY;
    }

    void wait(const acceptor& from)
    {
        listening.async_wait(tcp::acceptor::wait_read,
                             [self = shared_from_this(), &from](const boost::system::error_code& failed) {
                                 if (failed || !self->listening.is_open()) return;
                                 if (self->accept_batch(from, 64)) self->wait(from);
                             });
    }

    // False when it was closed, or will go on after a pause.
    bool accept_batch(const acceptor& from, int most)
    {
        for (int i = 0; i < most; ++i) {
            tcp::endpoint peer;
            auto size = static_cast<socklen_t>(peer.capacity());
            const int descriptor =
                ::accept4(listening.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (descriptor >= 0) {
                peer.resize(size);
                take(descriptor, peer, from);
                if (!listening.is_open()) return false;
                continue;
            }
            if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
            if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO || errno == EPERM) continue;
            take(-errno, {}, from);  // EMFILE, ENFILE, ENOBUFS, ENOMEM: come back when some have gone
            rest(from);
            return false;
        }
        return true;
    }

    void rest(const acceptor& from)
    {
        pause.expires_after(std::chrono::milliseconds(100));
        pause.async_wait([self = shared_from_this(), &from](const boost::system::error_code& failed) {
            if (!failed && self->listening.is_open()) self->wait(from);
        });
    }

    conf::bind_address where;
    std::string text;
    accepted take;
    tcp::acceptor listening;
    asio::steady_timer pause;
    bool wildcard = false;
};

acceptor::acceptor(asio::io_context& loop, int descriptor, conf::bind_address where, accepted take) :
    state_(std::make_shared<state>(loop, descriptor, std::move(where), std::move(take)))
{
    state_->wait(*this);
}

acceptor::~acceptor()
{
    boost::system::error_code ignored;
    state_->listening.close(ignored);
    state_->pause.cancel();
}

const conf::bind_address& acceptor::address() const noexcept { return state_->where; }

const std::string& acceptor::text() const noexcept { return state_->text; }

bool acceptor::wildcard() const noexcept { return state_->wildcard; }

void acceptor::close()
{
    if (!state_->listening.is_open()) return;
    state_->accept_batch(*this, 100'000);
    boost::system::error_code ignored;
    state_->listening.close(ignored);
}

}  // namespace gatehouse::service
