#include "bastion/session/console_reply.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::bastion {
namespace {

std::string for_terminal(const std::string& text)
{
    std::string made;
    made.reserve(text.size() + static_cast<std::size_t>(std::ranges::count(text, '\n')));
    for (const char one : text) {
        if (one == '\n') made += '\r';
        made += one;
    }
    return made;
}

}  // namespace

void console_reply::send(std::unique_ptr<channel> to, std::string text, int exit_status, bool terminal)
{
    const std::shared_ptr<console_reply> made(
        new console_reply(std::move(to), terminal ? for_terminal(text) : std::move(text), exit_status));
    made->self_ = made;
    made->to_->watch(made.get());
}

console_reply::console_reply(std::unique_ptr<channel> to, std::string text, int exit_status) :
    to_(std::move(to)), rest_(std::move(text)), exit_status_(exit_status)
{
}

void console_reply::on_channel_event()
{
    while (!to_->read().empty()) {}  // what is typed is for nobody
    while (!rest_.empty()) {
        const auto room = to_->room();
        if (room == 0 && !to_->closed_by_peer()) return;  // an event follows
        const auto taken = to_->write(std::string_view(rest_).substr(0, room));
        if (taken == 0 && !to_->closed_by_peer()) return;
        if (taken == 0) break;
        rest_.erase(0, taken);
    }
    to_->send_exit_status(exit_status_);
    to_->send_end();
    on_channel_gone();
}

void console_reply::on_channel_gone()
{
    const auto self = std::exchange(self_, nullptr);
    if (!self) return;
    to_->watch(nullptr);
    to_.reset();
}

}  // namespace gatehouse::bastion
