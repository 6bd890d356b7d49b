#include "lb/proxy/relay.hpp"
#include "lb/worker/worker_loop.hpp"

#include <algorithm>

// The part of relay that moves bytes.
namespace gatehouse::lb {
namespace {

// Reads of one target per event, before its worker's other connections get their turn.
constexpr int reads_per_turn = 4;
constexpr std::size_t smallest_read = 32 * 1024;
// The client can do little with the head of a short response before its body, and a server that dies in between then
// loses nothing.
constexpr conf::duration hold_time = std::chrono::milliseconds(500);

}  // namespace

bool relay::wants_input() const noexcept
{
    if (phase_ == phase::tunnel) return !connection_->link().blocked();
    return phase_ == phase::relaying && !target_eof_ && !exchange_.request_complete() && !connection_->link().blocked();
}

std::size_t relay::feed(std::string_view input)
{
    const bool tunnel = phase_ == phase::tunnel;
    if (!tunnel && (phase_ != phase::relaying || target_eof_)) return 0;
    if (connection_->link().blocked()) return 0;
    auto& out = home_.scratch.out;
    out.clear();
    std::size_t consumed = input.size();
    if (tunnel) {
        out.add(input);
    } else {
        if (!head_sent_) {
            head_sent_ = true;
            sent_us_ = home_.clock.us();
            exchange_.begin_attempt(forward_context(), out);
        }
        const auto step = exchange_.take_request(input, out);
        if (step.problem != refusal::none) {
            out.clear();
            cut(step.problem);
            return step.consumed;
        }
        consumed = step.consumed;
    }
    received_ += consumed;
    if (!out.empty() && connection_->link().send(out) == transport::io::failed) {
        // Why, and whether it answered before it closed, is on the read side, unless that has ended already.
        if (tunnel && target_eof_) {
            over(downstream::ending::close);
            return consumed;
        }
        target_eof_ = !tunnel;
    }
    connection_->link().arm_read();
    rearm_deadline();
    return consumed;
}

void relay::on_target_connected()
{
    phase_ = phase::relaying;
    client_->resume_request();
}

void relay::on_target_writable()
{
    rearm_deadline();
    client_->resume_request();
}

void relay::on_client_writable()
{
    if (phase_ != phase::relaying && phase_ != phase::tunnel) return;
    rearm_deadline();
    on_target_readable();
}

void relay::on_target_readable()
{
    for (int turn = 0; turn < reads_per_turn; ++turn)
        if (!(phase_ == phase::tunnel ? read_tunnel() : read_target())) return;
    connection_->link().arm_read();
}

bool relay::read_target()
{
    if (client_->send_blocked()) return false;  // on_client_writable goes on
    auto& link = connection_->link();
    const auto got = link.read(home_.scratch.plain(), budget_);
    if (got.state == transport::io::blocked) {
        link.arm_read();
        return false;
    }
    if (got.state != transport::io::done) {
        target_ended(got.state == transport::io::eof);
        return false;
    }
    const std::string_view input(home_.scratch.plain(), got.bytes);
    auto& partial = connection_->partial;
    if (partial.empty()) {
        const auto consumed = handle_response(input);
        if (!consumed) return false;
        partial.assign(input.substr(*consumed));
    } else {
        partial.append(input);
        const auto consumed = handle_response(partial);
        if (!consumed) return false;
        partial.erase(0, *consumed);
    }
    rearm_deadline();
    if (phase_ == phase::tunnel || got.bytes == budget_ || link.has_buffered_input()) return true;
    if (!client_->send_blocked()) link.arm_read();
    return false;
}

std::optional<std::size_t> relay::handle_response(std::string_view input)
{
    auto& out = home_.scratch.out;
    out.clear();
    const bool started = exchange_.response_started();
    const exchange::client_view view{.close = client_->wants_close(),
                                     .may_hold = holding_ != holding::over,
                                     .remove_server =
                                         plan_->headers.server == conf::header_policy::server_field::remove,
                                     .date = home_.date.at(home_.clock.wall_seconds()),
                                     .extra_fields = cookies_};
    const auto step = exchange_.take_response(input, view, out);
    if (!started && exchange_.response_started()) {
        answered_us_ = home_.clock.us();
        status_ = target_status_ = exchange_.target_status();
        group_->stats->target_response.observe(answered_us_ - sent_us_);
    }
    if (!out.empty()) {
        sent_ += out.size();
        const auto whole = client_->send(out);
        if (whole == transport::io::failed) {
            cut(refusal::client_closed);
            return std::nullopt;
        }
        // A client that takes less than we read gets less read for it: what waits for it stays small.
        budget_ = whole == transport::io::blocked ? std::max(budget_ / 2, smallest_read)
                                                  : std::min(budget_ * 2, io_scratch::read_size);
    }
    switch (step.what) {
    case exchange::response_event::need_more: return step.consumed;
    case exchange::response_event::held: holding_ = holding::begun; return step.consumed;
    case exchange::response_event::complete: finish(input.size() - step.consumed); return std::nullopt;
    case exchange::response_event::tunnel: enter_tunnel(input.substr(step.consumed)); return std::nullopt;
    case exchange::response_event::bad: target_failed(exchange::failure::bad_response); return std::nullopt;
    }
    return std::nullopt;
}

// It did not become whole in time: the client gets what there is, as of any longer response.
void relay::pass_on_held()
{
    holding_ = holding::over;
    auto& partial = connection_->partial;
    const auto consumed = handle_response(partial);
    if (!consumed) return;
    partial.erase(0, *consumed);
    rearm_deadline();
}

void relay::enter_tunnel(std::string_view rest)
{
    phase_ = phase::tunnel;
    auto& out = home_.scratch.out;
    out.clear();
    out.add(rest);
    sent_ += rest.size();
    if (!rest.empty() && client_->send(out) == transport::io::failed)
        return cut(refusal::client_closed);
    connection_->partial.clear();
    rearm_deadline();
    client_->resume_request();
    if (phase_ != phase::tunnel) return;
    if (client_eof_) connection_->link().shutdown_send();
    on_target_readable();
}

bool relay::read_tunnel()
{
    if (client_->send_blocked() || target_eof_) return false;
    auto& link = connection_->link();
    const auto got = link.read(home_.scratch.plain(), budget_);
    if (got.state == transport::io::blocked) {
        link.arm_read();
        return false;
    }
    if (got.state != transport::io::done) {
        target_eof_ = true;
        if (got.state == transport::io::failed || client_eof_) {
            over(downstream::ending::close);
        } else {
            client_->shutdown_send();
            rearm_deadline();
        }
        return false;
    }
    auto& out = home_.scratch.out;
    out.clear();
    out.add({home_.scratch.plain(), got.bytes});
    sent_ += got.bytes;
    if (client_->send(out) == transport::io::failed) {
        cut(refusal::client_closed);
        return false;
    }
    rearm_deadline();
    return true;
}

void relay::client_ended()
{
    client_eof_ = true;
    if (phase_ == phase::tunnel) {
        if (target_eof_) return over(downstream::ending::close);
        connection_->link().shutdown_send();
        return;
    }
    // A request that can no longer be completed; a complete one is answered (the client may be half closed).
    if (!exchange_.request_complete()) cut(refusal::client_closed);
}

void relay::wait_for(waiting what)
{
    waiting_ = what;
    const auto& limit = plan_->timeouts;
    switch (what) {
    case waiting::none: return clear();
    case waiting::client_body: return home_.deadlines.set(*this, home_.in(limit.client_body));
    case waiting::client_write: return home_.deadlines.set(*this, home_.in(limit.client_idle));
    case waiting::held: return home_.deadlines.set(*this, home_.in(hold_time));
    case waiting::target:
    case waiting::tunnel: return home_.deadlines.set(*this, home_.in(limit.target));
    }
}

void relay::rearm_deadline()
{
    if (phase_ == phase::tunnel) return wait_for(waiting::tunnel);
    if (phase_ != phase::relaying) return wait_for(waiting::none);
    if (client_->send_blocked()) {
        // What the client sends meanwhile buys it no time: it has to read.
        if (waiting_ != waiting::client_write || due() == never) wait_for(waiting::client_write);
        return;
    }
    if (holding_ == holding::begun && !exchange_.response_started()) {
        if (waiting_ != waiting::held || due() == never) wait_for(waiting::held);
        return;
    }
    // Until the target says 100 Continue, or answers, it is the target that is waited for.
    const bool invited = !exchange_.request().expect_continue || exchange_.body_started() || exchange_.response_seen();
    if (!invited) return wait_for(waiting::target);
    if (!exchange_.request_complete() && !connection_->link().blocked() && !target_eof_)
        return wait_for(waiting::client_body);
    wait_for(waiting::target);
}

}  // namespace gatehouse::lb
