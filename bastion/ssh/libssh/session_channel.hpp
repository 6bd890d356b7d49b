#pragma once

#include "bastion/ssh/libssh/channel_state.hpp"
#include "bastion/ssh/session_handler.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace gatehouse::bastion {

// What whoever serves a channel holds.
class session_channel final : public channel {
public:
    explicit session_channel(channel_state& of) : state_(&of) { of.face = this; }
    ~session_channel() override;

    void watch(user* who) override;
    std::string_view read() override;
    bool at_end() const override { return !state_ || (state_->ended && state_->unread == 0); }
    bool closed_by_peer() const override { return !state_ || state_->closed_by_peer; }
    std::size_t room() override;
    std::size_t write(std::string_view what) override;
    void send_end() override;
    void send_exit_status(int status) override;
    std::uint64_t bytes_in() const override { return state_ ? state_->bytes_in : in_; }
    std::uint64_t bytes_out() const override { return state_ ? state_->bytes_out : out_; }

    void tell() const;
    void leave();  // the session ends

private:
    channel_state* state_;  // null when the session is gone
    user* user_ = nullptr;
    std::uint64_t in_ = 0, out_ = 0;
};

// What whoever decides about a channel holds.
class waiting_request final : public open_request {
public:
    waiting_request(libssh_transport& session, pending_open& what) : session_(&session), what_(&what)
    {
        what.face = this;
    }
    ~waiting_request() override { refuse(open_failure::prohibited); }

    std::unique_ptr<channel> accept() override;
    void refuse(open_failure) override;
    void leave() { session_ = nullptr; }  // the session ends

private:
    libssh_transport* session_;  // null when answered, or when the session is gone
    pending_open* what_;
};

}  // namespace gatehouse::bastion
