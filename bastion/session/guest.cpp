#include "bastion/session/guest.hpp"

#include "bastion/audit/audit_log.hpp"
#include "bastion/console/console.hpp"
#include "bastion/console/notices.hpp"
#include "bastion/identity/shown_key.hpp"
#include "bastion/limits/recent_logins.hpp"
#include "bastion/limits/source_penalties.hpp"
#include "bastion/metrics/metrics.hpp"
#include "bastion/session/console_reply.hpp"
#include "bastion/session/jump.hpp"
#include "bastion/session/last_denials.hpp"
#include "bastion/ssh/server.hpp"
#include "bastion/utc_text.hpp"
#include "bastion/worker/worker_state.hpp"
#include "service/log.hpp"

#include <boost/asio/post.hpp>

#include <cstdio>
#include <utility>

namespace gatehouse::bastion {
namespace {

using std::chrono::sys_seconds;

// A client that only ever asks for what it cannot have fills the audit log.
constexpr unsigned most_refusals = 1000;
constexpr int no_such_command = 127;  // as a shell says it

sys_seconds now_seconds() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

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

// Logging in

bool guest::on_public_key(const key_offer& offer)
{
    ++offers_;
    client_ = transport_->negotiated().client_version;
    const auto& rules = *home_.rules;
    if (rules.draining) {  // closed and not refused: a client that is refused takes its key for bad
        transport_->send_banner("This bastion is shutting down: please connect again.\r\n");
        end({"draining", "draining"});
        return false;
    }
    auto verdict = rules.people->judge(offer.user, offer.blob, ends_.source.address(), now_seconds());
    if (const auto* why = std::get_if<login_refusal>(&verdict)) {
        const bool stranger = *why == login_refusal::key_not_authorized && !rules.people->knows(offer.user);
        return refuse_login(offer, stranger ? "unknown_user" : to_string(*why));
    }
    if (!offer.signed_by_it) return true;
    counted_ = home_.shared.quota.enter(offer.user, rules.settings->limits.sessions_per_user);
    if (!counted_) {
        known_ = true;
        transport_->send_banner("You have too many sessions on this bastion.\r\n");
        return refuse_login(offer, "sessions_per_user");
    }
    user_ = offer.user;
    blob_ = offer.blob;
    judged_by_ = rules.people;
    proof_ = std::get<proven_login>(std::move(verdict));
    welcome();
    return true;
}

void guest::on_unfit_key(const key_offer& offer, login_refusal why)
{
    ++offers_;
    client_ = transport_->negotiated().client_version;
    refuse_login(offer, to_string(why));
}

void guest::on_bad_signature(const std::string& user)
{
    ++offers_;
    home_.shared.counters.count(metrics::login::refused, to_string(login_refusal::bad_signature));
    auto refused = record(audit_event::login_refused);
    refused.principal = user;
    refused.reason = to_string(login_refusal::bad_signature);
    write(refused);
}

bool guest::refuse_login(const key_offer& offer, std::string_view reason)
{
    home_.shared.counters.count(metrics::login::refused, reason);
    const auto shown = look_at_key(offer.blob);
    auto refused = record(audit_event::login_refused);
    refused.principal = offer.user;
    refused.key = shown.key;
    refused.ca = shown.ca;
    refused.key_id = shown.key_id;
    refused.serial = shown.serial;
    refused.reason = reason;
    write(refused);
    return false;
}

void guest::welcome()
{
    const auto shown = look_at_key(blob_);
    key_ = shown.key;
    ca_ = shown.ca;
    key_id_ = shown.key_id;
    const auto denial = home_.shared.denials.of(user_, std::chrono::steady_clock::now());
    const auto text = notices({.rules = *home_.rules, .user = user_, .source = ends_.source.address(), .ca = ca_,
                               .ends = proof_->ends(), .last_denial = denial, .now = now_seconds()});
    if (!text.empty()) transport_->send_banner(text);
}

void guest::on_login()
{
    const auto now = now_seconds();
    place_.reset();
    last_jump_ = now;
    last_byte_ = std::chrono::steady_clock::now();
    home_.shared.logins.remember(ends_.source.address(), std::chrono::steady_clock::now());
    home_.shared.counters.count(metrics::login::accepted, ca_.empty() ? "key" : "certificate");
    seat_ = home_.shared.book.enter(
        {.id = id_, .user = user_, .key = key_, .ca = ca_, .key_id = key_id_, .source = ends_.source,
         .client = client_, .since = now, .last_byte = now, .ends = proof_->ends(), .channels = {}},
        [loop = &home_.loop, weak = weak_from_this()](std::string why) {
            boost::asio::post(*loop, [weak, why = std::move(why)] {
                if (const auto self = weak.lock()) self->end({"killed", why});
            });
        });
    if (!write(record(audit_event::login))) end({"audit_failed", "audit_failed"});
}

// Jumps

void guest::on_direct_tcpip(direct_tcpip where, std::unique_ptr<open_request> request)
{
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

// What else a client may ask for

bool guest::on_session_channel() { return proof_->allowed().commands; }

void guest::on_command(command_request request, std::unique_ptr<channel> from)
{
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
