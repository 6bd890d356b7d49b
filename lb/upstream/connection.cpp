#include "lb/upstream/connection.hpp"

#include "lb/worker/worker_loop.hpp"

#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <cerrno>

namespace gatehouse::lb {

upstream_connection::upstream_connection(worker_loop& home, std::shared_ptr<target> to) :
    home_(home), to_(std::move(to)), link_(home.events, -1, home.scratch, *this)
{
}

upstream_connection::~upstream_connection() = default;

void upstream_connection::connect(upstream_user& user, std::shared_ptr<SSL_CTX> context,
                                  const std::string& server_name, conf::duration patience)
{
    user_ = &user;
    context_ = std::move(context);
    server_name_ = server_name;
    home_.stats.upstream_active.add();
    home_.deadlines.set(*this, home_.in(patience));
    const auto begun = link_.connect(to_->endpoint());
    if (begun == transport::io::blocked) return;
    // Posted, so that the user is never called back from inside its own call.
    connect_posted_ = true;
    boost::asio::post(home_.loop, [this, failed = begun != transport::io::done] {
        connect_posted_ = false;
        if (phase_ == phase::closed) return;
        home_.wake();
        failed ? connect_failed(exchange::failure::connect_failed) : on_writable();
    });
}

void upstream_connection::on_writable()
{
    home_.wake();
    if (phase_ == phase::connecting) {
        if (!link_.connect_result()) return connect_failed(exchange::failure::connect_failed);
        if (!context_) return connected();
        link_.start_tls(context_.get(), tls_channel::role::client, server_name_);
        phase_ = phase::handshaking;
        return handshake();
    }
    if (phase_ == phase::handshaking) return handshake();
    if (phase_ == phase::carrying) user_->on_target_writable();
}

void upstream_connection::on_readable()
{
    home_.wake();
    switch (phase_) {
    case phase::handshaking: return handshake();
    case phase::carrying: return user_->on_target_readable();
    case phase::idle: return home_.pool.remove(*this);  // its end, or bytes nobody asked for
    default: return;
    }
}

void upstream_connection::handshake()
{
    switch (link_.handshake()) {
    case transport::io::done: return connected();
    case transport::io::blocked: return link_.arm_read();
    default: return connect_failed(exchange::failure::tls_failed);
    }
}

void upstream_connection::connected()
{
    clear();
    phase_ = phase::carrying;
    user_->on_target_connected();
}

void upstream_connection::connect_failed(exchange::failure why)
{
    clear();
    user_->on_target_connect_failed(why);
}

void upstream_connection::on_deadline()
{
    home_.wake();
    if (phase_ == phase::idle) return home_.pool.remove(*this);
    if (phase_ == phase::connecting || phase_ == phase::handshaking)
        connect_failed(exchange::failure::connect_timeout);
}

void upstream_connection::lend(upstream_user& user) noexcept
{
    user_ = &user;
    phase_ = phase::carrying;
    reused_ = true;
    clear();
    home_.stats.upstream_idle.subtract();
    home_.stats.upstream_active.add();
}

void upstream_connection::rest(std::int64_t until_ms)
{
    user_ = nullptr;
    phase_ = phase::idle;
    idle_since_ = home_.clock.ms();
    std::string().swap(partial);
    home_.deadlines.set(*this, until_ms);
    link_.arm_read();
    home_.stats.upstream_active.subtract();
    home_.stats.upstream_idle.add();
}

bool upstream_connection::still_silent() noexcept
{
    char byte = 0;
    return ::recv(link_.descriptor(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void upstream_connection::close() noexcept
{
    if (phase_ == phase::closed) return;
    (phase_ == phase::idle ? home_.stats.upstream_idle : home_.stats.upstream_active).subtract();
    phase_ = phase::closed;
    user_ = nullptr;
    clear();
    link_.close();
}

}  // namespace gatehouse::lb
