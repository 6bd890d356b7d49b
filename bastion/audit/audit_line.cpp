#include "bastion/audit/audit_line.hpp"

#include "bastion/audit/audit_text.hpp"
#include "bastion/utc_text.hpp"

#include <cstdio>

namespace gatehouse::bastion {
namespace {

// A JSON object as it grows. Keys are ours and need no escape.
class object {
public:
    void text(std::string_view key, std::string_view value)
    {
        if (value.empty()) return;
        begin(key);
        line_ += '"';
        if (append_audit_text(line_, value) == extent::cut) ((cut_ += cut_.empty() ? "\"" : ",\"") += key) += '"';
        line_ += '"';
    }

    void number(std::string_view key, const std::optional<std::uint64_t>& value)
    {
        if (value) raw(key, std::to_string(*value));
    }

    void endpoint(std::string_view key, const std::optional<boost::asio::ip::tcp::endpoint>& value)
    {
        if (!value) return;
        const auto address = value->address().to_string();
        const auto host = value->address().is_v6() ? '[' + address + ']' : address;
        text(key, host + ':' + std::to_string(value->port()));
    }

    void seconds(std::string_view key, const std::optional<std::chrono::microseconds>& value)
    {
        if (!value) return;
        const auto whole = std::chrono::floor<std::chrono::seconds>(*value);
        char fraction[16];
        std::snprintf(fraction, sizeof fraction, ".%06d", static_cast<int>((*value - whole).count()));
        raw(key, std::to_string(whole.count()) + fraction);
    }

    std::string line() &&
    {
        if (!cut_.empty()) raw("cut", '[' + cut_ + ']');
        return std::move(line_ += "}\n");
    }

private:
    void begin(std::string_view key)
    {
        line_ += line_.empty() ? "{\"" : ",\"";
        (line_ += key) += "\":";
    }

    void raw(std::string_view key, const std::string& value)
    {
        begin(key);
        line_ += value;
    }

    std::string line_, cut_;
};

void put_who(object& out, const audit_record& record)
{
    out.text("session", record.session);
    out.text("principal", record.principal);
    out.text("key", record.key);
    out.text("ca", record.ca);
    out.text("key_id", record.key_id);
    out.number("serial", record.serial);
    out.endpoint("source", record.source);
    out.text("client", record.client);
}

void put_where(object& out, const audit_record& record)
{
    out.text("requested", record.requested);
    out.number("requested_port", record.requested_port);
    out.text("instance", record.instance);
    out.text("group", record.group);
    out.endpoint("target", record.target);
    out.endpoint("local", record.local);
    out.text("rule", record.rule);
}

}  // namespace

std::string audit_line(const audit_record& record)
{
    object out;
    out.text("time", utc_text(record.time));
    out.text("event", to_string(record.event));
    put_who(out, record);
    put_where(out, record);
    out.number("received_bytes", record.received_bytes);
    out.number("sent_bytes", record.sent_bytes);
    out.seconds("duration", record.duration);
    out.text("reason", record.reason);
    return std::move(out).line();
}

}  // namespace gatehouse::bastion
