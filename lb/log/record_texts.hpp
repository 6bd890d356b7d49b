#pragma once

#include "lb/log/access_record.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace gatehouse::lb {

// A text field of the record and how much of it is kept: clients choose some, and none may fill a lane.
struct record_text {
    std::string_view access_record::*member;
    std::size_t limit;
};

constexpr std::size_t short_text = 1024, long_text = 8 * 1024;

inline constexpr std::array<record_text, 20> record_texts{{
    {&access_record::client_address, short_text},
    {&access_record::target_address, short_text},
    {&access_record::method, short_text},
    {&access_record::target, long_text},
    {&access_record::version, short_text},
    {&access_record::authority, short_text},
    {&access_record::listener_address, short_text},
    {&access_record::user_agent, long_text},
    {&access_record::tls_cipher, short_text},
    {&access_record::tls_protocol, short_text},
    {&access_record::server_name, short_text},
    {&access_record::listener, short_text},
    {&access_record::rule, short_text},
    {&access_record::target_group, short_text},
    {&access_record::target_id, short_text},
    {&access_record::action, short_text},
    {&access_record::redirect_url, long_text},
    {&access_record::trace_id, short_text},
    {&access_record::traceparent, short_text},
    {&access_record::connection_trace_id, short_text},
}};

}  // namespace gatehouse::lb
