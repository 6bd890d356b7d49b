#pragma once

#include "bastion/ssh/channel.hpp"

#include <memory>
#include <string>

namespace gatehouse::bastion {

// Sends a text and an exit status over a channel and closes it. Keeps itself alive until then.
class console_reply final : private channel::user {
public:
    // On a terminal lines end in "\r\n". Texts end their lines in "\n".
    static void send(std::unique_ptr<channel> to, std::string text, int exit_status, bool terminal);

private:
    console_reply(std::unique_ptr<channel> to, std::string text, int exit_status);

    void on_channel_event() override;
    void on_channel_gone() override;

    std::shared_ptr<console_reply> self_;
    std::unique_ptr<channel> to_;
    std::string rest_;
    int exit_status_;
};

}  // namespace gatehouse::bastion
