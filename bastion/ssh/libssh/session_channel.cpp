#include "bastion/ssh/libssh/session_channel.hpp"

#include "bastion/ssh/libssh/libssh_transport.hpp"

#include <utility>

namespace gatehouse::bastion {

session_channel::~session_channel()
{
    if (state_) state_->session->close(*state_);
}

void session_channel::watch(user* who)
{
    user_ = who;
    if (state_ && who) state_->session->notice(*state_);
}

std::string_view session_channel::read()
{
    return state_ ? state_->session->read(*state_) : std::string_view();
}

std::size_t session_channel::room()
{
    return state_ ? state_->session->room(*state_) : 0;
}

std::size_t session_channel::write(std::string_view what)
{
    return state_ ? state_->session->write(*state_, what) : 0;
}

void session_channel::send_end()
{
    if (state_) state_->session->send_end(*state_);
}

void session_channel::send_exit_status(int status)
{
    if (state_) state_->session->send_exit_status(*state_, status);
}

void session_channel::tell() const
{
    if (user_) user_->on_channel_event();
}

void session_channel::leave()
{
    in_ = state_->bytes_in;
    out_ = state_->bytes_out;
    state_ = nullptr;
    if (user_) user_->on_channel_gone();
}

std::unique_ptr<channel> waiting_request::accept()
{
    auto* const session = std::exchange(session_, nullptr);
    return session ? session->accept(*what_) : nullptr;
}

// libssh knows one reason only.
void waiting_request::refuse(open_failure)
{
    if (auto* const session = std::exchange(session_, nullptr)) session->refuse(*what_);
}

}  // namespace gatehouse::bastion
