#pragma once

#include "conf/lb.hpp"
#include "lb/http/body_reader.hpp"
#include "lb/http/forward_head.hpp"
#include "lb/http/head_scanner.hpp"
#include "lb/http/request_head.hpp"
#include "lb/http/response_head.hpp"
#include "lb/io/gather.hpp"
#include "lb/metrics/stats.hpp"
#include "lb/refusal.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::lb {

// One request and its response, apart from the connections that carry them: bytes in, bytes and verdicts out, no
// socket, no clock. It says where each message ends, what each side gets to see, whether the request may be
// repeated on another target, and what becomes of both connections afterwards. Reused from exchange to
// exchange through reset(), so that a request allocates nothing once the worker is warm.
class exchange {
public:
    void reset() noexcept;

    // --- the client's request

    // Copies and parses a complete head. Anything but refusal::none ends the exchange with that answer.
    refusal accept(std::string_view head, const http::head_limits& limits, conf::desync_mode mode);

    const http::request_head& request() const noexcept { return request_; }
    std::string_view request_bytes() const noexcept { return head_; }  // of the head

    // Puts the request as far as it is known in front of a target: the head and, when this is a repetition, the body
    // bytes taken so far.
    void begin_attempt(const http::forward_context& how, gather& to_target);

    struct request_step {
        std::size_t consumed = 0;
        refusal problem = refusal::none;
    };
    // Body bytes for the target, after begin_attempt.
    request_step take_request(std::string_view input, gather& to_target);
    bool request_complete() const noexcept { return request_body_.complete(); }
    bool body_started() const noexcept { return body_started_; }

    // --- the target's response

    // How the client is to see the response. Views must live until the next call.
    struct client_view {
        bool close = false;     // for reasons of the connection; the exchange adds its own
        bool may_hold = false;  // a short response may wait until it is whole
        bool remove_server = false;
        std::string_view date, extra_fields;
    };
    enum class response_event : std::uint8_t {
        need_more,  // all that could be passed on is in the gather; keep what was not consumed
        held,       // a short response that is not whole: keep it, come again with more, or without may_hold
        complete,   // the response has ended; what was not consumed does not belong to it
        tunnel,     // 101: from now on the connections carry bytes
        bad,        // not one unambiguous response: target_bad_response
    };
    struct response_step {
        response_event what = response_event::need_more;
        std::size_t consumed = 0;
    };
    // `input` starts with what the last call did not consume. Interim responses are passed on (not to HTTP/1.0).
    response_step take_response(std::string_view input, const client_view& how, gather& to_client);

    // The target's connection ended (eof true: in order). True when that completes the response.
    bool response_ends_with_close(bool eof) noexcept;

    bool response_seen() const noexcept { return response_seen_; }        // any byte of it, or of an interim one
    bool response_started() const noexcept { return response_started_; }  // its final head went to the client
    unsigned target_status() const noexcept { return response_.status; }  // 0 before its final head
    bool tunnelled() const noexcept { return tunnelled_; }

    // --- afterwards

    enum class failure : std::uint8_t { connect_failed, connect_timeout, tls_failed, closed, timeout, bad_response };
    // Whether nothing of the request can have been acted on, or acting twice does no harm: a failed connect; a
    // connection that closed before the client got any response byte, for an idempotent method whose body is still at
    // hand, or before any response byte while none of a body was sent on a reused connection.
    bool repeatable_after(failure what, bool reused) const noexcept;

    bool keep_target_connection() const noexcept;  // for the next request
    // What the target's Keep-Alive field allows (`timeout=N`).
    std::optional<std::int64_t> target_idle_seconds() const noexcept { return target_idle_seconds_; }
    bool client_must_close() const noexcept { return client_close_; }  // what the client was told

private:
    void note_request_parts(std::string_view part);
    response_step take_response_head(std::string_view input, const client_view& how, gather& to_client);
    bool short_and_incomplete(std::uint64_t body, std::uint64_t head) const noexcept;  // of the response, so far
    void pass_on_final_head(std::string_view bytes, const client_view& how, gather& to_client);

    std::string head_;  // the request head's bytes, which every slice of request_ is relative to
    http::request_head request_;
    http::body_reader request_body_;
    std::string replay_;  // body bytes passed on so far, while they may be needed again
    bool replayable_ = true, body_started_ = false;

    http::head_scanner scanner_;
    http::response_head response_;
    http::body_reader response_body_;
    std::optional<std::int64_t> target_idle_seconds_;
    bool response_seen_ = false, passed_on_ = false;  // any byte of it: received, given to the client
    bool response_started_ = false, tunnelled_ = false, client_close_ = false;
};

}  // namespace gatehouse::lb
