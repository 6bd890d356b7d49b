#include "lb/proxy/relay.hpp"
#include "lb/worker/worker_loop.hpp"

#include <algorithm>

// The part of relay that ends things: failures, repetitions, answers of our own, the record.
namespace gatehouse::lb {
namespace {

// How long an idle connection to a target is kept, unless the target's Keep-Alive field says less.
constexpr std::int64_t idle_target_ms = 30'000;

refusal refusal_of(exchange::failure what) noexcept
{
    switch (what) {
    case exchange::failure::connect_failed: return refusal::connect_failed;
    case exchange::failure::connect_timeout: return refusal::connect_timeout;
    case exchange::failure::tls_failed: return refusal::target_tls_failed;
    case exchange::failure::closed: return refusal::target_closed;
    case exchange::failure::timeout: return refusal::target_timeout;
    case exchange::failure::bad_response: return refusal::target_bad_response;
    }
    return refusal::internal_error;
}

retry_reason retry_reason_of(exchange::failure what) noexcept
{
    switch (what) {
    case exchange::failure::connect_timeout: return retry_reason::connect_timeout;
    case exchange::failure::closed: return retry_reason::connection_closed;
    default: return retry_reason::connect_failed;
    }
}

bool is_connect_failure(exchange::failure what) noexcept
{
    return what == exchange::failure::connect_failed || what == exchange::failure::connect_timeout ||
           what == exchange::failure::tls_failed;
}

}  // namespace

void relay::on_target_connect_failed(exchange::failure why)
{
    group_->stats->connect_errors.add();
    const auto& to = connection_->to();
    if (to->suspect() && home_.shared.suspected) home_.shared.suspected(to);
    target_failed(why);
}

void relay::target_ended(bool in_order)
{
    // Over TLS an end without close_notify may be someone else's cut (RFC 9112 9.8).
    if (exchange_.response_ends_with_close(in_order && connection_->link().ended_cleanly())) return finish(0);
    target_failed(exchange::failure::closed);
}

void relay::target_failed(exchange::failure why)
{
    const bool reused = connection_->reused();
    const bool repeat = exchange_.repeatable_after(why, reused) && may_repeat(why) &&
                        (!client_eof_ || exchange_.request_complete()) &&
                        group_state_->budget.try_spend(home_.clock.ms(),
                                                       group_->targets->settings.retries.budget_percent);
    if (!repeat) return cut(refusal_of(why));
    home_.stats.retries[static_cast<std::size_t>(retry_reason_of(why))].add();
    if (why != exchange::failure::connect_failed) ++repeats_;
    note_failed_zone();
    // A kept connection that closed says nothing about its target, only that the others may be as stale. Yet it is how
    // the death of a zone begins.
    if (reused && !is_connect_failure(why))
        fresh_only_ = true;
    else if (tried_count_ < tried_.size())
        tried_[tried_count_++] = connection_->to().get();
    release_target(false);
    if (start_attempt(refusal_of(why)) && phase_ == phase::relaying) client_->resume_request();
}

// A target that refuses costs nothing and has seen nothing: when a whole zone dies at once, the next one chosen may be
// as dead. So refusals are not counted, but each target is asked once and no more than fit into tried_.
bool relay::may_repeat(exchange::failure why) const noexcept
{
    const auto allowed = group_->targets->settings.retries.attempts;
    if (why == exchange::failure::connect_failed) return allowed > 0 && tried_count_ < tried_.size();
    return repeats_ < allowed;
}

void relay::note_failed_zone() noexcept
{
    const auto end = failed_zones_.begin() + failed_zone_count_;
    const bool known = std::find(failed_zones_.begin(), end, zone_) != end;
    if (zone_ != 0 && !known && failed_zone_count_ < failed_zones_.size()) failed_zones_[failed_zone_count_++] = zone_;
}

void relay::on_deadline()
{
    home_.wake();
    switch (waiting_) {
    case waiting::none: return;
    case waiting::client_body: return cut(refusal::body_timeout);
    case waiting::client_write: return cut(refusal::client_closed);
    case waiting::held: return pass_on_held();
    case waiting::target: return target_failed(exchange::failure::timeout);
    case waiting::tunnel: return over(downstream::ending::close);
    }
}

void relay::end_for_drain() { cut(refusal::target_drain_expired); }

void relay::client_lost()
{
    release_target(false);
    record(refusal::client_closed);
    phase_ = phase::free;
    clear();
}

// Ends an exchange that cannot go on: with an answer while none has begun, otherwise visibly broken.
void relay::cut(refusal why)
{
    release_target(false);
    if (exchange_.response_started() || why == refusal::client_closed) {
        record(why);
        return over_recorded(downstream::ending::abort);
    }
    answer(why);
}

void relay::answer(refusal why)
{
    release_target(false);
    http::own_response what;
    what.status = status_of(why);
    what.body = http::error_page(what.status);
    // A request that could not be read leaves nothing on its connection that can be trusted.
    what.close = !routed_;
    answer(what, why);
}

void relay::answer(http::own_response what, refusal why)
{
    const auto& request = exchange_.request();
    what.head_only = request.verb == http::method::head;
    what.close = what.close || !exchange_.request_complete() || !request.keep_alive || client_->wants_close() ||
                 exchange_.client_must_close();
    what.client = request.version;
    what.date = home_.date.at(home_.clock.wall_seconds());
    status_ = what.status;
    auto& out = home_.scratch.out;
    out.clear();
    http::write_own_response(what, out.front());
    sent_ += out.size();
    record(why);  // before the client can know: who has an answer finds it counted
    if (client_->send(out) == transport::io::failed) return over_recorded(downstream::ending::abort);
    over_recorded(what.close ? close_form() : downstream::ending::keep);
}

void relay::finish(std::size_t unread)
{
    release_target(exchange_.keep_target_connection() && unread == 0);
    over(exchange_.client_must_close() ? close_form() : downstream::ending::keep);
}

// A client that asked to close sends nothing more, unless its request could not even be read.
downstream::ending relay::close_form() const noexcept
{
    const bool asked = routed_ && exchange_.request_complete() && !exchange_.request().keep_alive;
    return asked ? downstream::ending::close : downstream::ending::linger;
}

void relay::over(downstream::ending how)
{
    release_target(false);
    record(refusal::none);
    over_recorded(how);
}

// The last thing a relay does in an exchange: it may be in use again when this returns.
void relay::over_recorded(downstream::ending how)
{
    phase_ = phase::free;
    clear();
    client_->exchange_over(how);
}

void relay::release_target(bool keep)
{
    if (!connection_) return;
    target& to = *connection_->to();
    to.release();
    if (keep && connection_->link().silent() && to.current_drain() == target::drain::active && !home_.draining) {
        const auto hint = exchange_.target_idle_seconds();
        const auto patience = hint ? std::min(idle_target_ms, (*hint - 1) * 1000) : idle_target_ms;
        if (patience > 0) return home_.pool.put(std::move(connection_), home_.clock.ms() + patience);
    }
    connection_->close();
    home_.buried.bury(std::move(connection_));
}

}  // namespace gatehouse::lb
