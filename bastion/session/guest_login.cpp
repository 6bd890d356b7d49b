#include "bastion/session/guest.hpp"

#include "bastion/console/notices.hpp"
#include "bastion/identity/shown_key.hpp"
#include "bastion/limits/recent_logins.hpp"
#include "bastion/metrics/metrics.hpp"
#include "bastion/now.hpp"
#include "bastion/session/last_denials.hpp"
#include "bastion/worker/worker_state.hpp"

#include <boost/asio/post.hpp>

#include <utility>

// How a guest logs in.

namespace gatehouse::bastion {

void guest::note(std::string_view user)
{
    ++offers_;
    offered_for_ = user;
    client_ = transport_->negotiated().client_version;
}

void guest::take_turn(std::function<void()> step)
{
    home_.strangers.run(ends_.source.address().to_string(), std::move(step));
}

bool guest::on_public_key(const key_offer& offer)
{
    note(offer.user);
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
    note(offer.user);
    refuse_login(offer, to_string(why));
}

void guest::on_bad_signature(const std::string& user)
{
    note(user);
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

}  // namespace gatehouse::bastion
