#include "bastion/session/guest.hpp"

#include "bastion/metrics/metrics.hpp"
#include "bastion/now.hpp"
#include "bastion/session/jump.hpp"
#include "bastion/session/last_denials.hpp"
#include "bastion/utc_text.hpp"
#include "bastion/worker/worker_state.hpp"

#include <utility>

// What a guest asks to be let through to.

namespace gatehouse::bastion {

// A client may ask for thousands a second, each with its connection and its records.
void guest::on_direct_tcpip(direct_tcpip where, std::unique_ptr<open_request> request)
{
    openings_.emplace_back(std::move(where), std::move(request));
    home_.openings.run(user_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->next_opening();
    });
}

void guest::next_opening()
{
    auto [where, request] = std::move(openings_.front());
    openings_.pop_front();
    if (!seat_ || farewell_) return;
    if (!may_open(proof_->allowed(), where.host, where.port)) return refuse_jump(where, "permit_open", {});
    const auto& rules = *home_.rules;
    auto decided = rules.policy->decide(who(), rules.names->resolve(where.host, home_.random()), where.port, now_seconds());
    if (const auto* no = std::get_if<refused>(&decided)) return refuse_jump(where, to_string(no->why), no->rule);
    const auto number = where.number;
    const auto made = std::make_shared<jump>(*this, home_, std::move(where), std::get<grant>(std::move(decided)));
    const auto& by = made->by();
    auto opening = record(audit_event::channel);
    opening.requested = made->asked().host;
    opening.requested_port = made->asked().port;
    opening.instance = by.target().who->id;
    opening.group = by.target().group();
    opening.target = by.endpoint();
    opening.rule = by.rule();
    if (!write(opening)) return refuse_jump(made->asked(), "audit_failed", {});
    seat_->opened({.number = number, .requested = made->asked().host, .instance = by.target().who->id,
                   .group = by.target().group(), .rule = by.rule(), .target = by.endpoint(), .local = {},
                   .since = now_seconds()});
    jumps_.emplace(number, made);
    made->begin(std::move(request));
}

void guest::refuse_jump(const direct_tcpip& where, std::string_view reason, std::string_view rule)
{
    home_.shared.counters.count(metrics::opening::refused, reason);
    auto refused = record(audit_event::channel_refused);
    refused.requested = where.host;
    refused.requested_port = where.port;
    refused.rule = rule;
    refused.reason = reason;
    write(refused);
    const auto why = std::string(reason) + (rule.empty() ? "" : " (rule " + std::string(rule) + ')');
    remember_failure(where, why);
    after_refusal();
}

// The client is told nothing but "administratively prohibited": `ssh bastion` and the next login say it.
void guest::remember_failure(const direct_tcpip& where, const std::string& why)
{
    const auto name = where.host.substr(0, target_names::longest_name);
    home_.shared.denials.remember(user_, utc_text(now_seconds()) + ": " + name + " port " + std::to_string(where.port) +
                                             ": " + why,
                                  std::chrono::steady_clock::now());
}

void guest::left(jump& one, const std::string& reason)
{
    const auto gone = jumps_.extract(one.asked().number);
    const auto moved = one.take_moved();
    home_.shared.counters.moved(moved.received, moved.sent);
    received_ += one.received();
    sent_ += one.sent();
    last_jump_ = now_seconds();
    last_byte_ = std::chrono::steady_clock::now();
    if (seat_) seat_->closed(one.asked().number);
    const auto& by = one.by();
    auto ended = record(audit_event::channel_end);
    ended.requested = one.asked().host;
    ended.requested_port = one.asked().port;
    ended.instance = by.target().who->id;
    ended.group = by.target().group();
    ended.target = by.endpoint();
    if (one.local().port() != 0) ended.local = one.local();
    ended.rule = by.rule();
    ended.received_bytes = one.received();
    ended.sent_bytes = one.sent();
    ended.duration = one.lasted();
    ended.reason = reason;
    write(ended);
}

}  // namespace gatehouse::bastion
