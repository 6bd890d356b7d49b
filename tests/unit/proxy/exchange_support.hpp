#pragma once

#include "lb/proxy/exchange.hpp"

#include <array>
#include <string>
#include <string_view>

namespace exchange_test {

using namespace gatehouse;
using lb::exchange;

inline std::string text(const lb::gather& from)
{
    std::array<std::string_view, lb::gather::most_pieces> pieces;
    std::string all;
    const auto count = from.pieces(pieces);
    for (std::size_t i = 0; i < count; ++i) all += pieces[i];
    return all;
}

inline lb::http::forward_context context()
{
    return {.client_address = "203.0.113.9",
            .protocol = "https",
            .listener_port = "443",
            .forwarded_for = conf::header_policy::forwarded::append,
            .host = {},
            .trace_id = "Root=1-00000000-000000000000000000000000",
            .traceparent = "00-11111111111111111111111111111111-2222222222222222-01",
            .keep_tracestate = true};
}

// An exchange and what it said to both sides so far.
struct conversation {
    exchange talk;
    std::string to_target, to_client;

    lb::refusal request(std::string_view head, conf::desync_mode mode = conf::desync_mode::defensive)
    {
        talk.reset();
        return talk.accept(head, {}, mode);
    }
    void attempt()
    {
        lb::gather out;
        talk.begin_attempt(context(), out);
        to_target += text(out);
    }
    exchange::request_step body(std::string_view bytes)
    {
        lb::gather out;
        const auto step = talk.take_request(bytes, out);
        to_target += text(out);
        return step;
    }
    exchange::response_step response(std::string_view bytes, bool close = false)
    {
        lb::gather out;
        return response_as({.close = close, .may_hold = false, .remove_server = false, .date = {}, .extra_fields = {}}, bytes);
    }
    exchange::response_step response_to_hold(std::string_view bytes)
    {
        return response_as({.close = false, .may_hold = true, .remove_server = false, .date = {}, .extra_fields = {}}, bytes);
    }

private:
    exchange::response_step response_as(const exchange::client_view& view, std::string_view bytes)
    {
        lb::gather out;
        const auto step = talk.take_response(bytes, view, out);
        to_client += text(out);
        return step;
    }
};

}  // namespace exchange_test
