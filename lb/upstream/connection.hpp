#pragma once

#include "lb/io/deadline_wheel.hpp"
#include "lb/io/transport.hpp"
#include "lb/proxy/exchange.hpp"
#include "lb/target/target.hpp"
#include "lb/worker/graveyard.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace gatehouse::lb {

struct worker_loop;

// Who uses a connection to a target at the moment.
class upstream_user {
public:
    virtual void on_target_connected() = 0;
    virtual void on_target_connect_failed(exchange::failure why) = 0;
    virtual void on_target_readable() = 0;
    virtual void on_target_writable() = 0;  // what was kept unsent is gone

protected:
    ~upstream_user() = default;
};

// One connection to one target: connecting, carrying a request, or idle in the pool. Belongs to one worker.
class upstream_connection final : public mortal, private transport::watcher, private deadline {
public:
    upstream_connection(worker_loop& home, std::shared_ptr<target> to);
    ~upstream_connection() override;

    // Connects, with a TLS handshake where `context` is given; the user is told, never from inside this call.
    void connect(upstream_user& user, std::shared_ptr<SSL_CTX> context, const std::string& server_name,
                 conf::duration patience);

    void lend(upstream_user& user) noexcept;  // from idle to carrying a request
    void rest(std::int64_t until_ms);         // to idle: any byte or end closes it, so does the time given
    void close() noexcept;

    transport& link() noexcept { return link_; }
    const std::shared_ptr<target>& to() const noexcept { return to_; }
    const SSL_CTX* context() const noexcept { return context_.get(); }  // what it was verified by
    bool reused() const noexcept { return reused_; }
    std::int64_t idle_since() const noexcept { return idle_since_; }
    bool still_silent() noexcept;  // idle: neither byte nor end has arrived (one system call)
    bool quiet() const noexcept override { return link_.quiet() && !connect_posted_; }

    std::string partial;  // bytes of a response head that is not complete yet

private:
    void on_readable() override;
    void on_writable() override;
    void on_deadline() override;
    void handshake();
    void connected();
    void connect_failed(exchange::failure why);

    enum class phase : std::uint8_t { connecting, handshaking, carrying, idle, closed };

    worker_loop& home_;
    std::shared_ptr<target> to_;
    transport link_;
    upstream_user* user_ = nullptr;
    std::shared_ptr<SSL_CTX> context_;  // null for cleartext
    std::string server_name_;
    std::int64_t idle_since_ = 0;
    phase phase_ = phase::connecting;
    bool reused_ = false, connect_posted_ = false;
};

}  // namespace gatehouse::lb
