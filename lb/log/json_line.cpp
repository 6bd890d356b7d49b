#include "lb/log/access_line.hpp"
#include "lb/log/escape.hpp"
#include "lb/log/logged_url.hpp"
#include "lb/log/text.hpp"

#include <charconv>

namespace gatehouse::lb {
namespace {

using text::put;

// `key` is the text between the values: ,"name": with its punctuation, put together when compiled. A value
// that is absent takes its key with it.

char* put_string(char* out, std::string_view key, std::string_view value) noexcept
{
    if (value.empty()) return out;
    return put(text::put_json(put(put(out, key), '"'), value), '"');
}

char* put_integer(char* out, std::string_view key, std::uint64_t value) noexcept
{
    return text::put_number(put(out, key), value);
}

char* put_status(char* out, std::string_view key, unsigned status) noexcept
{
    return status == 0 ? out : put_integer(out, key, status);
}

char* put_duration(char* out, std::string_view key, std::int64_t microseconds) noexcept
{
    return microseconds < 0 ? out : text::put_microseconds(put(out, key), microseconds);
}

char* put_when(char* out, std::string_view key, std::int64_t unix_microseconds) noexcept
{
    return put(text::put_time(put(put(out, key), '"'), unix_microseconds), '"');
}

char* put_target(char* out, const access_record& record) noexcept
{
    if (record.target_address.empty()) return out;
    const auto [address, port] = split_endpoint(record.target_address);
    out = put_string(out, R"(,"target_ip":)", address);
    std::uint16_t number = 0;
    const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
    return read.ec == std::errc() ? put_integer(out, R"(,"target_port":)", number) : out;
}

char* put_url(char* out, const access_record& record) noexcept
{
    if (record.target.empty()) return out;
    out = put(out, R"(,"request_url":")");
    for (const auto piece : logged_url(record)) out = text::put_json(out, piece);
    return put(out, '"');
}

char* put_exchange(char* out, const access_record& record) noexcept
{
    constexpr std::string_view types[] = {"http", "https", "ws", "wss"};
    out = put_string(out, R"({"type":)", types[static_cast<std::size_t>(record.type)]);
    out = put_when(out, R"(,"time":)", record.ended_us);
    out = put_string(out, R"(,"listener":)", record.listener);
    out = put_string(out, R"(,"client_ip":)", record.client_address);
    out = put_integer(out, R"(,"client_port":)", record.client_port);
    out = put_target(out, record);
    out = put_duration(out, R"(,"request_processing_time":)", record.request_processing_us);
    out = put_duration(out, R"(,"target_processing_time":)", record.target_processing_us);
    out = put_duration(out, R"(,"response_processing_time":)", record.response_processing_us);
    out = put_status(out, R"(,"elb_status_code":)", record.status);
    out = put_status(out, R"(,"target_status_code":)", record.target_status);
    out = put_integer(out, R"(,"received_bytes":)", record.received_bytes);
    out = put_integer(out, R"(,"sent_bytes":)", record.sent_bytes);
    out = put_string(out, R"(,"request_verb":)", record.method);
    out = put_url(out, record);
    return put_string(out, R"(,"request_proto":)", record.version);
}

char* put_decision(char* out, const access_record& record) noexcept
{
    if (record.rule_priority >= 0)
        out = put_integer(out, R"(,"matched_rule_priority":)",
                          static_cast<std::uint64_t>(record.rule_priority));
    out = put_string(out, R"(,"rule":)", record.rule);
    out = put_when(out, R"(,"request_creation_time":)", record.created_us);
    out = put_string(out, R"(,"actions_executed":)", record.action);
    out = put_string(out, R"(,"redirect_url":)", record.redirect_url);
    if (record.error_reason != refusal::none)
        out = put_string(out, R"(,"error_reason":)", to_string(record.error_reason));
    out = put_string(out, R"(,"target_port_list":)", record.target_address);
    if (record.target_status != 0) {
        out = put_integer(out, R"(,"target_status_code_list":")", record.target_status);
        out = put(out, '"');
    }
    if (record.desync.tier != http::desync_class::compliant) {
        out = put_string(out, R"(,"classification":)", to_string(record.desync.tier));
        out = put_string(out, R"(,"classification_reason":)", to_string(record.desync.reason));
    }
    out = put_string(out, R"(,"conn_trace_id":)", record.connection_trace_id);
    return put_integer(out, R"(,"attempts":)", record.attempts);
}

}  // namespace

char* put_json_line(char* out, const access_record& record) noexcept
{
    out = put_exchange(out, record);
    out = put_string(out, R"(,"user_agent":)", record.user_agent);
    out = put_string(out, R"(,"ssl_cipher":)", record.tls_cipher);
    out = put_string(out, R"(,"ssl_protocol":)", record.tls_protocol);
    out = put_string(out, R"(,"target_group":)", record.target_group);
    out = put_string(out, R"(,"target_id":)", record.target_id);
    out = put_string(out, R"(,"trace_id":)", record.trace_id);
    out = put_string(out, R"(,"traceparent":)", record.traceparent);
    out = put_string(out, R"(,"domain_name":)", record.server_name);
    return put(put_decision(out, record), "}\n");
}

}  // namespace gatehouse::lb
