#include "lb/log/access_line.hpp"
#include "lb/log/escape.hpp"
#include "lb/log/logged_url.hpp"
#include "lb/log/text.hpp"

namespace gatehouse::lb {
namespace {

using text::put;

// But for put_status, each ends with the space before the next field.

char* put_word(char* out, std::string_view value) noexcept
{
    return put(value.empty() ? put(out, '-') : text::put_hex_word(out, value), ' ');
}

char* put_quoted(char* out, std::string_view value) noexcept
{
    out = put(out, '"');
    return put(value.empty() ? put(out, '-') : text::put_hex(out, value), "\" ");
}

char* put_client(char* out, const access_record& record) noexcept
{
    if (record.client_address.empty()) return put(out, "- ");
    const bool ipv6 = record.client_address.find(':') != std::string_view::npos;
    if (ipv6) out = put(out, '[');
    out = text::put_hex_word(out, record.client_address);
    out = put(out, ipv6 ? "]:" : ":");
    return put(text::put_number(out, record.client_port), ' ');
}

char* put_duration(char* out, std::int64_t microseconds) noexcept
{
    return put(microseconds < 0 ? put(out, "-1") : text::put_milliseconds(out, microseconds), ' ');
}

char* put_status(char* out, unsigned status) noexcept
{
    return status == 0 ? put(out, '-') : text::put_number(out, status);
}

// A request that was not understood is `- http://10.0.0.4:80- -`, as AWS writes it.
char* put_request(char* out, const access_record& record) noexcept
{
    const auto put_part = [](char* at, std::string_view value) {
        return value.empty() ? put(at, '-') : text::put_hex(at, value);
    };
    out = put(put_part(put(out, '"'), record.method), ' ');
    const auto url = logged_url(record);
    for (std::size_t piece = 0; piece < 3; ++piece) out = text::put_hex(out, url[piece]);
    out = put(put_part(out, url[3]), ' ');
    return put(put_part(out, record.version), "\" ");
}

char* put_exchange(char* out, const access_record& record) noexcept
{
    constexpr std::string_view types[] = {"http", "https", "ws", "wss"};
    out = put_word(out, types[static_cast<std::size_t>(record.type)]);
    out = put(text::put_time(out, record.ended_us), ' ');
    out = put_word(out, record.listener);
    out = put_client(out, record);
    out = put_word(out, record.target_address);
    out = put_duration(out, record.request_processing_us);
    out = put_duration(out, record.target_processing_us);
    out = put_duration(out, record.response_processing_us);
    out = put(put_status(out, record.status), ' ');
    out = put(put_status(out, record.target_status), ' ');
    out = put(text::put_number(out, record.received_bytes), ' ');
    return put(text::put_number(out, record.sent_bytes), ' ');
}

char* put_verdict(char* out, const access_record& record) noexcept
{
    const bool compliant = record.desync.tier == http::desync_class::compliant;
    out = put_quoted(out, compliant ? std::string_view{} : to_string(record.desync.tier));
    return put_quoted(out, compliant ? std::string_view{} : to_string(record.desync.reason));
}

}  // namespace

char* put_alb_line(char* out, const access_record& record) noexcept
{
    out = put_exchange(out, record);
    out = put_request(out, record);
    out = put_quoted(out, record.user_agent);
    out = put_word(out, record.tls_cipher);
    out = put_word(out, record.tls_protocol);
    out = put_word(out, record.target_group);
    out = put_quoted(out, record.trace_id);
    out = put_quoted(out, record.server_name);
    out = put(out, "\"-\" ");  // chosen_cert_arn: our certificates are files
    out = record.rule_priority < 0
              ? put(out, "- ")
              : put(text::put_number(out, static_cast<std::uint64_t>(record.rule_priority)), ' ');
    out = put(text::put_time(out, record.created_us), ' ');
    out = put_quoted(out, record.action);
    out = put_quoted(out, record.redirect_url);
    out = put_quoted(out, record.error_reason == refusal::none ? std::string_view{}
                                                               : to_string(record.error_reason));
    out = put_quoted(out, record.target_address);
    out = put(put_status(put(out, '"'), record.target_status), "\" ");
    out = put_verdict(out, record);
    out = put_word(out, record.connection_trace_id);
    return put(out, "\"-\" \"-\" \"-\"\n");  // transformed_host, transformed_uri, request_transform_status
}

}  // namespace gatehouse::lb
