#include "lb/proxy/relay.hpp"

#include "lb/http/head_limits.hpp"
#include "lb/http/trace_id.hpp"
#include "lb/router/actions.hpp"
#include "lb/target/stickiness.hpp"
#include "lb/worker/worker_loop.hpp"

#include <algorithm>

namespace gatehouse::lb {
namespace {

// The first valid stickiness value among all Cookie fields.
std::optional<std::uint64_t> sticky_of(const exchange& asked, std::string_view name, std::int64_t now)
{
    for (const auto& field : asked.request().fields) {
        if (field.id != http::field_id::cookie) continue;
        if (const auto hash = read_sticky(field.value.of(asked.request_bytes()), name, now)) return hash;
    }
    return std::nullopt;
}

}  // namespace

relay::relay(worker_loop& home) : home_(home) {}

relay::~relay() = default;

void relay::prepare(downstream& client, const plan_ptr& whole, const listener_plan& listener, std::int64_t began_us)
{
    exchange_.reset();
    client_ = &client;
    plan_ = whole;
    listener_ = &listener;
    group_ = nullptr;
    group_state_ = nullptr;
    head_sent_ = fresh_only_ = client_eof_ = target_eof_ = routed_ = false;
    attempts_ = repeats_ = tried_count_ = failed_zone_count_ = 0;
    budget_ = io_scratch::read_size;
    trace_id_.clear();
    traceparent_.clear();
    cookies_.clear();
    redirect_url_.clear();
    last_target_.clear();
    last_target_id_ = action_ = {};
    status_ = target_status_ = 0;
    began_us_ = began_us;
    sent_us_ = answered_us_ = 0;
    received_ = sent_ = 0;
}

void relay::forget() noexcept
{
    plan_.reset();
    listener_ = nullptr;
    group_ = nullptr;
    client_ = nullptr;
}

void relay::begin(downstream& client, const plan_ptr& whole, const listener_plan& listener, std::string_view head,
                  std::int64_t began_us)
{
    prepare(client, whole, listener, began_us);
    received_ = head.size();
    const auto problem = exchange_.accept(head, http::limits_of(plan_->limits), plan_->desync);
    const auto& verdict = exchange_.request().desync;
    if (verdict.tier != http::desync_class::compliant)
        home_.stats.desync[static_cast<std::size_t>(verdict.tier)][static_cast<std::size_t>(verdict.reason)].add();
    if (problem != refusal::none) return answer(problem);
    route();
}

void relay::begin_refused(downstream& client, const plan_ptr& whole, const listener_plan& listener,
                          std::string_view seen, refusal why, std::int64_t began_us)
{
    prepare(client, whole, listener, began_us);
    received_ = seen.size();
    answer(why);
}

void relay::route()
{
    trace();
    const route_request asked{exchange_.request(), exchange_.request_bytes(), client_->facts().source.address()};
    rule_ = listener_->routes->match(asked);
    routed_ = true;
    const auto& what = listener_->routes->action(rule_);
    if (const auto* onward = std::get_if<conf::forward>(&what)) return forward(*onward, rule_);
    if (const auto* elsewhere = std::get_if<conf::redirect>(&what)) return answer_redirect(*elsewhere);
    answer_fixed(std::get<conf::fixed_response>(what));
}

// Every answered request has its ids in the log, whoever answers it.
void relay::trace()
{
    const auto& request = exchange_.request();
    const auto bytes = exchange_.request_bytes();
    http::write_trace_id(request.value_of(http::field_id::x_amzn_trace_id, bytes),
                         static_cast<std::uint32_t>(home_.clock.wall_seconds()), {home_.random(), home_.random()},
                         trace_id_);
    new_trace_ = !http::write_traceparent(request.value_of(http::field_id::traceparent, bytes),
                                          {home_.random(), home_.random(), home_.random()}, traceparent_);
}

void relay::forward(const conf::forward& how, std::size_t rule)
{
    action_ = "forward";
    const auto now = home_.clock.wall_seconds();
    std::size_t pick = 0;
    if (how.targets.size() > 1) {
        const auto sticky = how.stickiness ? sticky_of(exchange_, group_cookie, now) : std::nullopt;
        pick = choose_group(how, home_.random(), sticky);
        if (how.stickiness)
            write_sticky(group_cookie, sticky_hash(how.targets[pick].group, ""), now, *how.stickiness,
                         client_->facts().secure, cookies_);
    }
    const auto index = listener_->forward_groups[rule][pick];
    group_ = &plan_->groups[index];
    group_state_ = plan_ == home_.current ? home_.group_states[index] : &home_.state_of(group_->name);
    group_state_->budget.count_request(home_.clock.ms());
    start_attempt(refusal::no_targets);
}

bool relay::start_attempt(refusal otherwise)
{
    const auto* chosen = choose_target();
    if (!chosen) {
        answer(otherwise);
        return false;
    }
    target& to = *chosen->which;
    ++attempts_;
    zone_ = chosen->zone;
    to.lease();
    last_target_ = to.address_text();
    last_target_id_ = to.id();
    if (to.current_health() != target::health::healthy) group_->stats->fail_open.add();
    head_sent_ = target_eof_ = false;
    holding_ = holding::no;
    if (!fresh_only_) connection_ = home_.pool.take(to, *this, group_->tls, !http::idempotent(exchange_.request().verb));
    if (connection_) {
        phase_ = phase::relaying;
        return true;
    }
    phase_ = phase::connecting;
    clear();
    connection_ = std::make_unique<upstream_connection>(home_, chosen->which);
    const auto& settings = group_->targets->settings;
    connection_->connect(*this, group_->tls,
                         settings.tls.server_name.empty() ? to.endpoint().address().to_string()
                                                          : settings.tls.server_name,
                         plan_->timeouts.connect);
    return true;
}

const target_set::entry* relay::choose_target()
{
    const auto& set = *group_->targets;
    balancer::request asked{.now_ms = home_.clock.ms(),
                            .sticky = {},
                            .tried = {tried_.data(), tried_count_},
                            .failed_zones = {failed_zones_.data(), failed_zone_count_}};
    const auto wall = home_.clock.wall_seconds();
    if (set.settings.stickiness) asked.sticky = sticky_of(exchange_, target_cookie, wall);
    const auto* chosen = group_state_->choose.choose(set, asked);
    if (chosen && set.settings.stickiness) {
        // A repetition on another target sticks to that one: drop what the first attempt wrote.
        if (const auto old = cookies_.find("Set-Cookie: GHLB="); old != std::string::npos) cookies_.erase(old);
        write_sticky(target_cookie, chosen->sticky, wall, set.settings.stickiness->lifetime,
                     client_->facts().secure, cookies_);
    }
    return chosen;
}

http::forward_context relay::forward_context() const
{
    const auto& facts = client_->facts();
    return {.client_address = facts.address,
            .protocol = facts.secure ? "https" : "http",
            .listener_port = facts.listener_port,
            .forwarded_for = plan_->headers.forwarded_for,
            .host = plan_->headers.preserve_host ? std::string_view{} : std::string_view(last_target_),
            .trace_id = trace_id_,
            .traceparent = traceparent_,
            .keep_tracestate = !new_trace_};
}

void relay::answer_redirect(const conf::redirect& how)
{
    action_ = "redirect";
    const auto& facts = client_->facts();
    const route_request asked{exchange_.request(), exchange_.request_bytes(), facts.source.address()};
    redirect_url_ = location_of(how, asked, facts.secure ? "https" : "http", facts.listener_port,
                                facts.listener_address);
    cookies_ = "Location: " + redirect_url_ + "\r\n";
    http::own_response what;
    what.status = how.status;
    what.close = false;
    what.body = http::error_page(how.status);
    what.extra_fields = cookies_;
    answer(what);
}

void relay::answer_fixed(const conf::fixed_response& how)
{
    action_ = "fixed-response";
    http::own_response what;
    what.status = how.status;
    what.close = false;
    what.content_type = how.content_type;
    what.body = how.body;
    answer(what);
}

}  // namespace gatehouse::lb
