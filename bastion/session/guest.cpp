#include "bastion/session/guest.hpp"

#include "bastion/audit/audit_log.hpp"
#include "bastion/limits/source_penalties.hpp"
#include "bastion/metrics/metrics.hpp"
#include "bastion/now.hpp"
#include "bastion/session/jump.hpp"
#include "bastion/ssh/server.hpp"
#include "bastion/worker/worker_state.hpp"
#include "service/log.hpp"

#include <cstdio>
#include <utility>

namespace gatehouse::bastion {
namespace {

using std::chrono::sys_seconds;

std::string new_id(worker_state& home)
{
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(home.random()));
    return text;
}

// One of ours: the library ended the session for it.
std::string_view label_of(end_reason why, const std::optional<farewell>& said)
{
    return why == end_reason::requested && said ? said->label : to_string(why);
}

}  // namespace

guest::guest(worker_state& home, connection_ends ends, startup_gate::pass place) :
    home_(home), ends_(ends), place_(std::move(place)), id_(new_id(home))
{
}

guest::~guest() = default;

bool guest::begin(int descriptor)
{
    transport_ = transport::start(home_.loop, home_.ssh, descriptor, *this);
    return transport_ != nullptr;
}

// As time passes

void guest::rules_changed()
{
    if (!seat_) return;
    const auto now = now_seconds();
    if (home_.rules->people != judged_by_) check_login(now);
    if (farewell_) return;
    auto open = jumps_;
    for (const auto& [number, one] : open) check_jump(*one, now);
}

// Whoever logged in may do so still, by the same key.
void guest::check_login(sys_seconds now)
{
    judged_by_ = home_.rules->people;
    auto verdict = judged_by_->judge(user_, blob_, ends_.source.address(), now);
    if (const auto* why = std::get_if<login_refusal>(&verdict))
        return end({"right_ended", "right_ended: " + std::string(to_string(*why))});
    proof_ = std::get<proven_login>(std::move(verdict));
}

void guest::check_jump(jump& one, sys_seconds now)
{
    const auto& rules = *home_.rules;
    if (!may_open(proof_->allowed(), one.asked().host, one.asked().port)) return one.stop("right_ended: permit_open");
    auto decided = rules.policy->decide(who(), rules.names->find_again(one.by().target()), one.by().endpoint().port(), now);
    if (auto* still = std::get_if<grant>(&decided)) return one.renew(std::move(*still));
    const auto& no = std::get<refused>(decided);
    // Whoever is on a server that is about to go may finish: its end waits for them.
    if (no.why == denial::terminating) return one.linger();
    if (no.why == denial::unknown_target) return one.stop("target_gone");
    one.stop("right_ended: " + std::string(to_string(no.why)));
}

void guest::each_second(sys_seconds now)
{
    if (!seat_ || farewell_) return;
    for (const auto& [number, one] : jumps_) {
        const auto moved = one->take_moved();
        if (moved.received + moved.sent == 0) continue;
        last_byte_ = std::chrono::steady_clock::now();
        home_.shared.counters.moved(moved.received, moved.sent);
        seat_->moved(number, one->received(), one->sent(), now);
    }
    if (const auto ends = proof_->ends(); ends && now >= *ends) check_login(now);
    if (farewell_) return;
    auto open = jumps_;
    for (const auto& [number, one] : open)
        if (const auto until = one->by().until(); one->lingers() || (until && now >= *until)) check_jump(*one, now);
    const auto& limits = home_.rules->settings->limits;
    if (limits.session.count() > 0 && lasted() >= limits.session) return end({"session_limit", "session_limit"});
    if (limits.idle.count() > 0 && std::chrono::steady_clock::now() - last_byte_ >= limits.idle) end({"idle", "idle"});
}

bool guest::idles() const
{
    return jumps_.empty() && now_seconds() - last_jump_ >= std::chrono::seconds(5);
}

// The end

void guest::end(farewell why)
{
    if (farewell_) return;
    farewell_ = std::move(why);
    transport_->end(end_reason::requested);
}

void guest::on_end(end_reason why)
{
    const auto self = shared_from_this();
    if (seat_)
        end_session(why);
    else
        end_unproven(why);
    transport_.reset();
    home_.guests.erase(this);
    if (home_.on_guest_left) home_.on_guest_left();
}

void guest::end_unproven(end_reason why)
{
    const auto label = label_of(why, farewell_);
    home_.shared.counters.count(metrics::login::abandoned, label);
    const auto& source = ends_.source.address();
    const auto now = std::chrono::steady_clock::now();
    if (why == end_reason::requested) return;
    if (known_ && why == end_reason::peer_left) return;  // no stranger: others behind the same address may come
    if (why == end_reason::login_timeout)
        home_.shared.penalties.penalise(source, offence::grace_exceeded, now);
    else if (offers_ > 0 || why != end_reason::peer_left)
        home_.shared.penalties.penalise(source, offence::failed_login, now);
    else
        home_.shared.penalties.penalise(source, offence::no_login, now);
    if (why == end_reason::peer_left) return;
    auto refused = record(audit_event::login_refused);
    if (user_.empty()) refused.principal = offered_for_;
    refused.reason = label;
    refused.duration = lasted();
    write(refused);
}

void guest::end_session(end_reason why)
{
    const auto text = farewell_ && why == end_reason::requested ? farewell_->text : std::string(to_string(why));
    while (!jumps_.empty()) jumps_.begin()->second->stop(text);
    home_.shared.counters.session_ended(label_of(why, farewell_));
    auto ended = record(audit_event::session_end);
    ended.received_bytes = received_;
    ended.sent_bytes = sent_;
    ended.duration = lasted();
    ended.reason = text;
    write(ended);
    seat_.reset();
}

asker guest::who() const
{
    return {user_, home_.rules->people->groups_of(user_), ends_.source.address()};
}

audit_record guest::record(audit_event what) const
{
    audit_record made;
    made.time = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    made.event = what;
    made.session = id_;
    made.principal = user_;
    made.key = key_;
    made.ca = ca_;
    made.key_id = key_id_;
    if (proof_ && proof_->certificate()) made.serial = proof_->certificate()->serial();
    made.source = ends_.source;
    made.client = client_;
    return made;
}

bool guest::write(const audit_record& what)
{
    const auto failed = home_.shared.audit.write(what);
    if (!failed) return true;
    home_.shared.counters.audit_failed();
    home_.shared.out.error("the audit log cannot be written, no channel opens", {{"reason", failed.message()}});
    return false;
}

std::chrono::microseconds guest::lasted() const
{
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_);
}

}  // namespace gatehouse::bastion
