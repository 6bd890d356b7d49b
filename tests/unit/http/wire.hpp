#pragma once

#include "lb/http/body_reader.hpp"
#include "lb/http/forward_head.hpp"
#include "lb/http/request_head.hpp"
#include "lb/http/response_head.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

// A head parsed as a connection would, together with the bytes its slices belong to.
struct parsed_request {
    explicit parsed_request(std::string_view head, gatehouse::lb::http::head_limits limits = {});

    std::string bytes;
    gatehouse::lb::http::request_head head;
    gatehouse::lb::refusal why;

    std::string text(gatehouse::lb::http::slice part) const { return std::string(part.of(bytes)); }
    std::string forwarded(gatehouse::lb::http::forward_context how = {}) const;
};

struct parsed_response {
    explicit parsed_response(std::string_view head,
                             gatehouse::lb::http::method asked = gatehouse::lb::http::method::get);

    std::string bytes;
    gatehouse::lb::http::response_head head;
    gatehouse::lb::refusal why;

    std::string forwarded(gatehouse::lb::http::respond_context how = {}) const;
};

// "POST / HTTP/1.1" with a Host and these field lines, each without its CRLF.
std::string post_with(std::initializer_list<std::string_view> lines);

// What a body reader makes of input that arrives in pieces.
struct read_body {
    std::string passed;
    gatehouse::lb::http::body_reader::status state = gatehouse::lb::http::body_reader::status::need_more;
    std::size_t consumed = 0;
    bool operator==(const read_body&) const = default;
};

// Feeds `input` cut at `cuts` (ascending). Like a connection, it looks at the parts of one piece only after
// the whole piece was consumed, and lets go of the piece before the next one.
read_body feed(gatehouse::lb::http::body_reader reader, std::string_view input,
               const std::vector<std::size_t>& cuts = {});

// Every message in the bytes, as a listener and its exchange would read them.
struct read_messages {
    gatehouse::lb::refusal why = gatehouse::lb::refusal::none;  // of the message that ended it
    std::size_t complete = 0;
    std::string body;     // decoded, of all messages together
    std::string forward;  // heads and canonical bodies, as a target would get them
};
read_messages read_requests(std::string_view bytes);
read_messages read_responses(std::string_view bytes, bool closed);
