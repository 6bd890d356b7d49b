#pragma once

#include "lb/log/access_line.hpp"
#include "lb/log/access_record.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::lb {

// A forwarded request with every field set, each to a value of its own.
inline access_record sample_record()
{
    access_record record;
    record.type = access_record::scheme::https;
    record.created_us = 1'772'355'907'000'123;  // 2026-03-01T09:05:07.000123Z
    record.ended_us = 1'772'355'907'051'000;
    record.client_address = "203.0.113.9";
    record.client_port = 46532;
    record.target_address = "10.0.1.5:8000";
    record.request_processing_us = 1'499;
    record.target_processing_us = 48'500;
    record.response_processing_us = 37;
    record.status = 200;
    record.target_status = 203;
    record.received_bytes = 512;
    record.sent_bytes = 18'446'744'073'709'551'615u;
    record.method = "GET";
    record.target = "/v2/items?q=a%20b";
    record.version = "HTTP/1.1";
    record.authority = "site.example";
    record.listener_address = "10.0.0.4:8443";
    record.user_agent = "curl/7.88.1 (a test)";
    record.tls_cipher = "TLS_AES_128_GCM_SHA256";
    record.tls_protocol = "TLSv1.3";
    record.server_name = "sni.example";
    record.listener = "https";
    record.rule = "canary";
    record.target_group = "web";
    record.target_id = "i-0abc";
    record.rule_priority = 3;
    record.action = "forward";
    record.redirect_url = "https://site.example:443/new";
    record.trace_id = "Root=1-67891233-abcdef012345678912345678";
    record.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    record.error_reason = refusal::target_closed;
    record.desync = {http::desync_class::acceptable, http::desync_reason::space_in_uri};
    record.attempts = 2;
    record.connection_trace_id = "TID_00112233445566778899aabbccddeeff";
    return record;
}

// The line `put_line` makes of a record, in memory of exactly the size it may use.
inline std::string line_of(char* (*put_line)(char*, const access_record&) noexcept,
                           const access_record& record)
{
    std::string line(line_bound(record), '\0');
    const char* const end = put_line(line.data(), record);
    line.resize(static_cast<std::size_t>(end - line.data()));
    return line;
}

// Everything a client can put into a line, set to `hostile`.
inline access_record hostile_record(std::string_view hostile)
{
    auto record = sample_record();
    for (auto member : {&access_record::method, &access_record::target, &access_record::version,
                        &access_record::authority, &access_record::user_agent, &access_record::server_name,
                        &access_record::redirect_url, &access_record::trace_id, &access_record::traceparent})
        record.*member = hostile;
    return record;
}

}  // namespace gatehouse::lb
