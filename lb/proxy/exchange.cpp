#include "lb/proxy/exchange.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gatehouse::lb {
namespace {

// What an idempotent request with a body may hold back for a repetition. Beyond it, it is sent once.
constexpr std::size_t replay_limit = 64 * 1024;

// A response up to this size with its head may be held until it is whole. Servers that write head and body apart are
// common; passing both on in one piece saves a send, and a server that dies between the two is not seen by the client.
constexpr std::uint64_t hold_limit = 16 * 1024;

// Heads of targets: ALB allows 32 KiB; a door in front of applications with many cookies allows what it
// allows clients.
constexpr http::head_limits response_limits{.request_line = 16 * 1024,
                                            .field_line = 32 * 1024,
                                            .head = 64 * 1024,
                                            .field_count = 200};

refusal refusal_of(http::desync_class tier, conf::desync_mode mode) noexcept
{
    using http::desync_class;
    switch (tier) {
    case desync_class::compliant: return refusal::none;
    case desync_class::acceptable:
        return mode == conf::desync_mode::strictest ? refusal::desync_acceptable : refusal::none;
    case desync_class::ambiguous:
        return mode == conf::desync_mode::strictest ? refusal::desync_ambiguous : refusal::none;
    case desync_class::severe: return mode == conf::desync_mode::monitor ? refusal::none : refusal::desync_severe;
    }
    return refusal::desync_severe;
}

// `Keep-Alive: timeout=5, max=100`: the seconds, when they are there.
std::optional<std::int64_t> timeout_of(std::string_view keep_alive) noexcept
{
    constexpr std::string_view key = "timeout=";
    const auto at = keep_alive.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    std::int64_t seconds = 0;
    const auto* from = keep_alive.data() + at + key.size();
    const auto [end, failed] = std::from_chars(from, keep_alive.data() + keep_alive.size(), seconds);
    if (failed != std::errc{} || end == from || seconds < 0) return std::nullopt;
    return std::min<std::int64_t>(seconds, 3600);
}

}  // namespace

void exchange::reset() noexcept
{
    head_.clear();
    replay_.clear();
    replayable_ = true;
    body_started_ = response_seen_ = passed_on_ = response_started_ = tunnelled_ = client_close_ = false;
    scanner_.reset();
    request_.fields.clear();
    request_.verb = http::method::other;
    request_.version = http::version::http_1_1;
    request_.method_text = request_.target = request_.authority = {};
    request_.desync = {};
    request_.keep_alive = true;
    response_.fields.clear();
    response_.status = 0;
    target_idle_seconds_.reset();
    request_body_ = {};
    response_body_ = {};
}

refusal exchange::accept(std::string_view head, const http::head_limits& limits, conf::desync_mode mode)
{
    head_.assign(head);
    const auto problem = http::parse_request_head(head_, limits, request_);
    if (problem != refusal::none) return problem;
    if (const auto unsafe = refusal_of(request_.desync.tier, mode); unsafe != refusal::none) return unsafe;
    request_body_ = http::body_reader(request_.body);
    replayable_ = http::idempotent(request_.verb);
    // An ambiguous request is passed on normalised, and neither connection is used again (ALB, defensive mode).
    client_close_ = request_.desync.tier >= http::desync_class::ambiguous;
    return refusal::none;
}

void exchange::begin_attempt(const http::forward_context& how, gather& to_target)
{
    scanner_.reset();
    response_seen_ = false;
    http::write_request_head(head_, request_, how, to_target.front());
    // Copied: what is taken next may move or end what is held back.
    to_target.front().append(replay_);
}

exchange::request_step exchange::take_request(std::string_view input, gather& to_target)
{
    request_step done;
    while (done.consumed < input.size() && !request_body_.complete()) {
        const auto step = request_body_.consume(input.substr(done.consumed));
        for (std::size_t i = 0; i < step.part_count; ++i) {
            note_request_parts(step.parts[i]);
            to_target.add(step.parts[i]);
        }
        done.consumed += step.consumed;
        if (step.state == http::body_reader::status::bad) {
            done.problem = refusal::bad_chunk;
            break;
        }
        if (!step.full()) break;
    }
    return done;
}

void exchange::note_request_parts(std::string_view part)
{
    body_started_ = true;
    if (!replayable_) return;
    if (replay_.size() + part.size() > replay_limit) {
        replayable_ = false;
        std::string().swap(replay_);
        return;
    }
    replay_.append(part);
}

exchange::response_step exchange::take_response(std::string_view input, const client_view& how, gather& to_client)
{
    response_seen_ = response_seen_ || !input.empty();
    response_step done;
    if (!response_started_) {
        done = take_response_head(input, how, to_client);
        if (!to_client.empty() && !passed_on_) {
            passed_on_ = true;
            replay_.clear();  // no repetition once the client has seen an answer
        }
        if (done.what != response_event::complete) return done;
    }
    done.what = response_body_.complete() ? response_event::complete : response_event::need_more;
    while (done.consumed < input.size() && !response_body_.complete()) {
        const auto step = response_body_.consume(input.substr(done.consumed));
        for (std::size_t i = 0; i < step.part_count; ++i) to_client.add(step.parts[i]);
        done.consumed += step.consumed;
        if (step.state == http::body_reader::status::bad) {
            done.what = response_event::bad;
            return done;
        }
        if (response_body_.complete()) done.what = response_event::complete;
        if (!step.full()) break;
    }
    return done;
}

// `complete` here means: the final head has been passed on and the body follows.
exchange::response_step exchange::take_response_head(std::string_view input, const client_view& how,
                                                     gather& to_client)
{
    response_step done;
    while (done.consumed < input.size()) {
        const auto rest = input.substr(done.consumed);
        const auto found = scanner_.scan(rest, response_limits);
        if (found == http::head_scanner::status::need_more) return done;
        if (found == http::head_scanner::status::refused || scanner_.start() != 0) {
            done.what = response_event::bad;
            return done;
        }
        const auto bytes = rest.substr(0, scanner_.size());
        scanner_.reset();
        if (http::parse_response_head(bytes, request_.verb, response_limits, response_) != refusal::none ||
            (response_.status == 101 && !request_.upgrade)) {
            response_.status = 0;
            done.what = response_event::bad;
            return done;
        }
        if (how.may_hold && short_and_incomplete(rest.size() - bytes.size(), bytes.size())) {
            response_.status = 0;
            done.what = response_event::held;
            return done;
        }
        done.consumed += bytes.size();
        if (!response_.interim()) {
            pass_on_final_head(bytes, how, to_client);
            done.what = tunnelled_ ? response_event::tunnel : response_event::complete;
            return done;
        }
        if (request_.version == http::version::http_1_1)
            http::write_response_head(bytes, response_, {}, to_client.front());
        response_.status = 0;
    }
    return done;
}

bool exchange::short_and_incomplete(std::uint64_t body, std::uint64_t head) const noexcept
{
    return !response_.interim() && response_.body.how == http::framing::kind::length &&
           body < response_.body.length && response_.body.length <= hold_limit && head <= hold_limit;
}

void exchange::pass_on_final_head(std::string_view bytes, const client_view& how, gather& to_client)
{
    using kind = http::framing::kind;
    response_started_ = true;
    target_idle_seconds_ = timeout_of(response_.value_of(http::field_id::keep_alive, bytes));
    tunnelled_ = response_.status == 101;
    const bool old_client = request_.version == http::version::http_1_0;
    const bool decode = old_client && response_.body.how == kind::chunked;
    // A response that is complete before its request has been read leaves bytes on the connection that no
    // one will parse: it must close. So must whatever ends by closing.
    client_close_ = client_close_ || how.close || !request_.keep_alive || !request_body_.complete() || decode ||
                    response_.body.how == kind::until_close;
    if (tunnelled_) client_close_ = false;
    response_body_ = http::body_reader(response_.body, decode ? http::body_reader::pass_on::decoded
                                                              : http::body_reader::pass_on::chunked);
    const http::respond_context context{.client = request_.version,
                                        .close = client_close_,
                                        .decode_chunks = decode,
                                        .remove_server = how.remove_server,
                                        .date = how.date,
                                        .extra_fields = how.extra_fields};
    http::write_response_head(bytes, response_, context, to_client.front());
    if (tunnelled_) client_close_ = true;
}

bool exchange::response_ends_with_close(bool eof) noexcept
{
    return eof && response_started_ && !tunnelled_ &&
           response_body_.finish() == http::body_reader::status::complete;
}

bool exchange::repeatable_after(failure what, bool reused) const noexcept
{
    // What an earlier attempt received is no matter here: it was repeated because the client has seen none of it.
    if (what == failure::connect_failed || what == failure::connect_timeout || what == failure::tls_failed)
        return !passed_on_ && (!body_started_ || replayable_);
    if (what != failure::closed || passed_on_) return false;
    if (http::idempotent(request_.verb)) return replayable_;
    // The head of a request whose body has not begun cannot have been acted on; one without a body can.
    return reused && !response_seen_ && !body_started_ && request_.body.how != http::framing::kind::none;
}

bool exchange::keep_target_connection() const noexcept
{
    return response_started_ && !tunnelled_ && response_body_.complete() && request_body_.complete() &&
           response_.keep_alive && request_.desync.tier < http::desync_class::ambiguous;
}

}  // namespace gatehouse::lb
