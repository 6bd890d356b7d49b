#include "bastion/session/guest.hpp"

#include "bastion/console/console.hpp"
#include "bastion/metrics/metrics.hpp"
#include "bastion/now.hpp"
#include "bastion/session/console_reply.hpp"
#include "bastion/session/last_denials.hpp"
#include "bastion/worker/worker_state.hpp"

#include <utility>

// What else a guest may ask for: the console, and what is never granted.

namespace gatehouse::bastion {

namespace {

// A client that only ever asks for what it cannot have fills the audit log.
constexpr unsigned most_refusals = 1000;
constexpr int no_such_command = 127;  // as a shell says it

}  // namespace

bool guest::on_session_channel() { return proof_->allowed().commands; }

// To list thousands of servers takes milliseconds, and one client may ask for it many times a second.
void guest::on_command(command_request request, std::unique_ptr<channel> from)
{
    commands_.emplace_back(std::move(request), std::move(from));
    home_.commands.run(user_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->next_command();
    });
}

void guest::next_command()
{
    auto [request, from] = std::move(commands_.front());
    commands_.pop_front();
    if (!seat_ || farewell_) return;
    const auto typed = request.command.value_or("");
    const auto now = std::chrono::steady_clock::now();
    const auto denial = home_.shared.denials.of(user_, now);
    const auto answered = answer({.command = typed, .rules = *home_.rules, .sessions = home_.shared.book, .user = user_,
                                  .source = ends_.source.address(), .session = id_, .key = key_, .ca = ca_,
                                  .ends = proof_->ends(), .may_forward = proof_->allowed().forwarding,
                                  .last_denial = denial, .reached = ends_.reached, .now = now_seconds(),
                                  .permitted = proof_->allowed().targets});
    auto asked = record(audit_event::command);
    asked.requested = typed;
    if (answered.exit_status == no_such_command) {
        home_.shared.counters.refused_request("exec");
        asked.reason = "no_such_command";
        after_refusal();
    }
    const bool written = write(asked);
    if (written && !answered.end_session.empty()) home_.shared.book.end(answered.end_session, "killed by " + user_);
    console_reply::send(std::move(from), written ? answered.text : "The audit log cannot be written.\n",
                        written ? answered.exit_status : 1, request.terminal);
}

void guest::on_refused(refusal what)
{
    home_.shared.counters.refused_request(to_string(what));
    if (what == refusal::environment) return;  // every client of a desktop sends its language
    auto refused = record(audit_event::channel_refused);
    refused.reason = to_string(what);
    write(refused);
    after_refusal();
}

void guest::after_refusal()
{
    if (++refusals_ > most_refusals) end({"too_many_refusals", "too_many_refusals"});
}

}  // namespace gatehouse::bastion
