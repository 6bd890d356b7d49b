#include "bastion/metrics/metrics.hpp"

#include "bastion/limits/startup_gate.hpp"
#include "bastion/session/session_book.hpp"
#include "bastion/ssh/buffer_budget.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace gatehouse::bastion {
namespace {

std::string_view to_string(metrics::login result)
{
    switch (result) {
    case metrics::login::accepted: return "accepted";
    case metrics::login::refused: return "refused";
    case metrics::login::abandoned: break;
    }
    return "abandoned";
}

std::string_view to_string(metrics::opening result)
{
    switch (result) {
    case metrics::opening::opened: return "opened";
    case metrics::opening::refused: return "refused";
    case metrics::opening::failed: break;
    }
    return "failed";
}

prometheus::Family<prometheus::Counter>& counters_of(prometheus::Registry& registry, const char* name, const char* help)
{
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::MetricFamily gauge(const char* name, const char* help)
{
    prometheus::MetricFamily made;
    made.name = name;
    made.help = help;
    made.type = prometheus::MetricType::Gauge;
    return made;
}

prometheus::ClientMetric value(double number)
{
    prometheus::ClientMetric made;
    made.gauge.value = number;
    return made;
}

class presence final : public prometheus::Collectable {
public:
    presence(const session_book& book, const startup_gate& startups, const buffer_budget& buffers) :
        book_(book), startups_(startups), buffers_(buffers)
    {
    }

    std::vector<prometheus::MetricFamily> Collect() const override
    {
        auto sessions = gauge("gatehouse_bastion_sessions", "Sessions that have logged in.");
        sessions.metric.push_back(value(static_cast<double>(book_.size())));
        auto strangers = gauge("gatehouse_bastion_unauthenticated_connections", "Connections that have not logged in.");
        strangers.metric.push_back(value(startups_.inside()));
        auto channels = gauge("gatehouse_bastion_channels", "Open channels to targets.");
        for (const auto& [group, number] : book_.channels_by_group()) {
            channels.metric.push_back(value(static_cast<double>(number)));
            channels.metric.back().label = {{"group", group}};
        }
        auto buffered = gauge("gatehouse_bastion_buffered_bytes", "Memory for what servers had not taken when it came.");
        buffered.metric.push_back(value(static_cast<double>(buffers_.used())));
        return {sessions, strangers, channels, buffered};
    }

private:
    const session_book& book_;
    const startup_gate& startups_;
    const buffer_budget& buffers_;
};

}  // namespace

metrics::metrics(prometheus::Registry& registry) :
    logins_(counters_of(registry, "gatehouse_bastion_logins_total", "Keys that were offered and logins, by outcome.")),
    opens_(counters_of(registry, "gatehouse_bastion_channel_opens_total", "Jumps that were asked for, by outcome.")),
    refused_requests_(counters_of(registry, "gatehouse_bastion_refused_requests_total",
                                  "Requests of a kind that is never granted.")),
    dropped_(counters_of(registry, "gatehouse_bastion_dropped_connections_total",
                         "Connections that were closed before they could log in, and attempts to accept one that failed.")),
    ends_(counters_of(registry, "gatehouse_bastion_session_ends_total", "Ends of sessions that had logged in.")),
    audit_failures_(&counters_of(registry, "gatehouse_bastion_audit_failures_total",
                                 "Records that could not be written; no channel opens without its record.")
                         .Add({}))
{
    auto& bytes = counters_of(registry, "gatehouse_bastion_bytes_total", "Bytes carried from and to clients.");
    received_ = &bytes.Add({{"direction", "received"}});
    sent_ = &bytes.Add({{"direction", "sent"}});
    connect_ = &prometheus::BuildHistogram()
                    .Name("gatehouse_bastion_connect_seconds")
                    .Help("Time to connect to a target.")
                    .Register(registry)
                    .Add({}, prometheus::Histogram::BucketBoundaries{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1,
                                                                     2.5, 5, 10});
    auto& stale = prometheus::BuildGauge()
                      .Name("gatehouse_bastion_stale_keys_seconds")
                      .Help("How long keys, CAs and revocations have been in force that their files no longer say, as those cannot "
                            "be read; 0 when all is read.")
                      .Register(registry);
    stale_user_keys_ = &stale.Add({{"keys", "user"}});
    stale_host_keys_ = &stale.Add({{"keys", "host"}});
    // Series that alerts look at exist before their first event.
    for (const auto* method : {"key", "certificate"}) logins_.Add({{"result", "accepted"}, {"reason", method}});
    opens_.Add({{"result", "opened"}, {"reason", "rule"}});
    for (const auto* reason : {"startups", "penalty", "proxy_header", "resources", "accept_failed"})
        dropped_.Add({{"reason", reason}});
    for (const auto* kind : {"remote_forward", "x11", "agent", "subsystem", "environment", "session", "channel_kind",
                             "channel_limit", "tiny_packets", "exec"})
        refused_requests_.Add({{"kind", kind}});
    for (const auto* reason : {"peer_left", "protocol_error", "window_overrun", "unread_replies", "right_ended", "idle",
                               "session_limit", "killed", "too_many_refusals", "audit_failed", "draining",
                               "drain_deadline"})
        ends_.Add({{"reason", reason}});
}

void metrics::count(login result, std::string_view reason)
{
    logins_.Add({{"result", std::string(to_string(result))}, {"reason", std::string(reason)}}).Increment();
}

void metrics::count(opening result, std::string_view reason)
{
    opens_.Add({{"result", std::string(to_string(result))}, {"reason", std::string(reason)}}).Increment();
}

void metrics::refused_request(std::string_view kind) { refused_requests_.Add({{"kind", std::string(kind)}}).Increment(); }

void metrics::dropped_connection(std::string_view reason) { dropped_.Add({{"reason", std::string(reason)}}).Increment(); }

void metrics::session_ended(std::string_view reason) { ends_.Add({{"reason", std::string(reason)}}).Increment(); }

void metrics::moved(std::uint64_t received, std::uint64_t sent)
{
    received_->Increment(static_cast<double>(received));
    sent_->Increment(static_cast<double>(sent));
}

void metrics::connected(std::chrono::steady_clock::duration took)
{
    connect_->Observe(std::chrono::duration<double>(took).count());
}

void metrics::stale(keys which, std::chrono::seconds since)
{
    (which == keys::user ? stale_user_keys_ : stale_host_keys_)->Set(static_cast<double>(since.count()));
}

double metrics::logins() const
{
    double all = 0;
    for (const auto& one : logins_.Collect())
        for (const auto& metric : one.metric)
            for (const auto& label : metric.label)
                if (label.name == "result" && label.value == "accepted") all += metric.counter.value;
    return all;
}

std::shared_ptr<prometheus::Collectable> make_presence_collector(const session_book& book, const startup_gate& startups,
                                                                const buffer_budget& buffers)
{
    return std::make_shared<presence>(book, startups, buffers);
}

}  // namespace gatehouse::bastion
