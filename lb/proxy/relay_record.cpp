#include "lb/proxy/relay.hpp"
#include "lb/worker/worker_loop.hpp"

// The part of relay that tells counters and log how an exchange ended. Once per exchange.
namespace gatehouse::lb {

void relay::record(refusal why)
{
    const auto now = home_.clock.us();
    if (why != refusal::none) home_.stats.refused[static_cast<std::size_t>(why)].add();
    const auto status = why == refusal::client_closed && !exchange_.response_started() ? 460U : status_;
    const auto from = target_status_ != 0 && status == target_status_ ? origin::target : origin::lb;
    const auto group_index =
        group_ ? static_cast<std::size_t>(group_ - plan_->groups.data()) : plan_->groups.size();
    listener_->stats[group_index]->count(from, status);
    if (group_) group_->stats->request_duration.observe(now - began_us_);
    home_.stats.received_bytes.add(received_);
    home_.stats.sent_bytes.add(sent_);
    if (plan_->log_requests) home_.log.push(record_of(why, status, now));
}

access_record relay::record_of(refusal why, unsigned status, std::int64_t now) const
{
    const auto& facts = client_->facts();
    const auto& request = exchange_.request();
    const auto bytes = exchange_.request_bytes();
    const auto wall = home_.clock.wall_us();
    access_record line;
    line.type = exchange_.tunnelled() ? (facts.secure ? access_record::scheme::wss : access_record::scheme::ws)
                                      : (facts.secure ? access_record::scheme::https : access_record::scheme::http);
    line.created_us = wall - (now - began_us_);
    line.ended_us = wall;
    line.client_address = facts.address;
    line.client_port = facts.source.port();
    line.target_address = last_target_;
    if (sent_us_ != 0) line.request_processing_us = sent_us_ - began_us_;
    if (answered_us_ != 0) {
        line.target_processing_us = answered_us_ - sent_us_;
        line.response_processing_us = now - answered_us_;
    }
    line.status = status;
    line.target_status = target_status_;
    line.received_bytes = received_;
    line.sent_bytes = sent_;
    line.method = request.method_text.of(bytes);
    line.target = request.target.of(bytes);
    line.version = request.version == http::version::http_1_0 ? "HTTP/1.0" : "HTTP/1.1";
    line.authority = request.authority.of(bytes);
    line.listener_address = facts.listener_address;
    line.user_agent = request.value_of(http::field_id::user_agent, bytes);
    if (const auto* tls = client_->tls()) {
        line.tls_cipher = tls->cipher();
        line.tls_protocol = tls->version();
        line.server_name = tls->server_name();
    }
    line.listener = listener_->name;
    if (routed_) {
        line.rule = listener_->routes->name(rule_);
        line.rule_priority = rule_ == listener_->routes->rules() ? 0 : static_cast<int>(rule_) + 1;
    }
    if (group_) line.target_group = group_->name;
    line.target_id = last_target_id_;
    line.action = action_;
    line.redirect_url = redirect_url_;
    line.trace_id = trace_id_;
    line.traceparent = traceparent_;
    line.error_reason = why;
    line.desync = request.desync;
    line.attempts = attempts_;
    line.connection_trace_id = facts.connection_trace_id;
    return line;
}

}  // namespace gatehouse::lb
