#pragma once

#include "bastion/ssh/channel.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::bastion {

// Carries bytes between a channel and a TCP target until both directions have ended or one side is gone. Each side
// may end its direction before the other. Who cannot take more is not read for: at most one window of the channel
// and 128 KiB of the target wait here. Belongs to the channel's worker and keeps itself alive until it is done: while
// the client has no room, no wait does.
class relay final : public std::enable_shared_from_this<relay>, private channel::user {
public:
    enum class ending {
        both_ended,     // each direction by its sender
        client_closed,  // the channel; what the client had sent was passed on
        target_failed,  // reset, or unreachable now
        session_ended,  // or stop()
    };
    struct result {
        ending how;
        std::uint64_t to_target, to_client;  // bytes that were passed on
    };

    // `target` is connected. `done` is called once, never from inside start(); not after stop().
    static std::shared_ptr<relay> start(std::unique_ptr<channel> from, boost::asio::ip::tcp::socket target,
                                        std::function<void(const result&)> done);

    relay(std::unique_ptr<channel> from, boost::asio::ip::tcp::socket target,
          std::function<void(const result&)> done);
    ~relay();
    relay(const relay&) = delete;
    relay& operator=(const relay&) = delete;

    void stop();  // closes both sides at once

    std::uint64_t to_target() const noexcept { return to_target_; }
    std::uint64_t to_client() const noexcept { return to_client_; }

private:
    void on_channel_event() override;
    void on_channel_gone() override;

    void carry();
    void carry_up();
    void carry_down();
    bool send_pending_up();
    void send_up(std::string_view what);
    void end_up();
    void await_target(bool to_write);
    void finish(ending how);

    std::shared_ptr<relay> self_;  // until finish()
    std::unique_ptr<channel> channel_;
    boost::asio::ip::tcp::socket target_;
    std::function<void(const result&)> done_;
    std::string up_, down_;  // read from one side, not yet taken by the other
    std::uint64_t to_target_ = 0, to_client_ = 0;
    bool up_ended_ = false, down_ended_ = false;  // the sender ended, and the receiver was told
    bool target_deaf_ = false;                    // it took no more: what still comes for it is dropped
    bool waits_to_read_ = false, waits_to_write_ = false;
};

}  // namespace gatehouse::bastion
