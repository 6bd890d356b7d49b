#include "bastion/console/commands.hpp"
#include "bastion/console/terminal_text.hpp"
#include "bastion/console/text_table.hpp"
#include "bastion/console/time_left.hpp"
#include "bastion/utc_text.hpp"

namespace gatehouse::bastion {
namespace {

constexpr std::size_t most_channels = 3;  // of one session, told in its line

bool may_see(const console_question& asked, const session_entry& one)
{
    return one.user == asked.user || asked.rules.people->is_admin(asked.user);
}

std::string address_text(const boost::asio::ip::tcp::endpoint& of)
{
    const auto address = of.address().to_string();
    return (of.address().is_v6() ? '[' + address + ']' : address) + ':' + std::to_string(of.port());
}

std::string targets_text(const session_entry& one)
{
    std::string text;
    for (std::size_t at = 0; at < one.channels.size() && at < most_channels; ++at) {
        const auto& channel = one.channels[at];
        (text += text.empty() ? "" : ", ") += channel.instance + ':' + std::to_string(channel.target.port());
    }
    if (one.channels.size() <= most_channels) return text;
    return text + " and " + std::to_string(one.channels.size() - most_channels) + " more";
}

}  // namespace

console_answer sessions(const console_question& asked, std::string_view)
{
    text_table table({"ID", "USER", "SOURCE", "SINCE", "IDLE", "RECEIVED", "SENT", "TO"});
    for (const auto& one : asked.sessions.list()) {
        if (!may_see(asked, one)) continue;
        std::uint64_t received = 0, sent = 0;
        for (const auto& channel : one.channels) {
            received += channel.received;
            sent += channel.sent;
        }
        table.add({one.id, one.user, address_text(one.source), utc_text(one.since),
                   span_text(asked.now - one.last_byte), std::to_string(received), std::to_string(sent),
                   targets_text(one)});
    }
    return {table.text() + "This one is " + terminal_text(asked.session) + ".\n", 0, {}};
}

console_answer kill_session(const console_question& asked, std::string_view id)
{
    const auto found = asked.sessions.find(id);
    if (!found || !may_see(asked, *found))
        return {"No session of yours is called '" + terminal_text(id) + "'. 'sessions' lists them.\n", 1, {}};
    return {"Session " + terminal_text(id) + " of " + terminal_text(found->user) + " ends.\n", 0, found->id};
}

}  // namespace gatehouse::bastion
