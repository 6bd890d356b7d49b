#pragma once

#include "bastion/policy/access_policy.hpp"
#include "bastion/session/relay.hpp"
#include "bastion/ssh/session_handler.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

class guest;
struct worker_state;

// One way through to a target that was granted: connects, lets the client's channel open, carries bytes, and tells
// the guest when it is over. Belongs to the guest's worker.
class jump final : public std::enable_shared_from_this<jump> {
public:
    jump(guest& of, worker_state& home, direct_tcpip asked, grant by);
    jump(const jump&) = delete;
    jump& operator=(const jump&) = delete;

    void begin(std::unique_ptr<open_request> request);
    void stop(std::string reason);  // closes both sides; `reason` is for the audit log

    const direct_tcpip& asked() const noexcept { return asked_; }
    const grant& by() const noexcept { return by_; }
    void renew(grant by)
    {
        by_ = std::move(by);
        lingers_ = false;
    }
    // Goes on though nothing grants it anew, so nothing says when to ask again.
    void linger() noexcept { lingers_ = true; }
    bool lingers() const noexcept { return lingers_; }
    const boost::asio::ip::tcp::endpoint& local() const noexcept { return local_; }
    std::chrono::microseconds lasted() const;

    std::uint64_t received() const noexcept { return relay_ ? relay_->to_target() : 0; }
    std::uint64_t sent() const noexcept { return relay_ ? relay_->to_client() : 0; }
    // Bytes since this was asked last.
    struct moved {
        std::uint64_t received, sent;
    };
    moved take_moved() noexcept;

private:
    void connected(const boost::system::error_code& failed);
    void fail(std::string_view label, std::string reason);
    void over(std::string reason);

    guest* of_;  // null when it is over
    worker_state& home_;
    direct_tcpip asked_;
    grant by_;
    bool lingers_ = false;
    std::unique_ptr<open_request> request_;  // until the target has answered
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer patience_;
    std::shared_ptr<relay> relay_;
    boost::asio::ip::tcp::endpoint local_;
    std::uint64_t told_received_ = 0, told_sent_ = 0;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace gatehouse::bastion
