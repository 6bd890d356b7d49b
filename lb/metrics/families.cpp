#include "lb/metrics/families.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string_view>

namespace gatehouse::lb {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using label = ClientMetric::Label;
using labels = std::vector<label>;
using families = std::vector<MetricFamily>;

MetricFamily& add(families& out, std::string_view name, MetricType type, std::string_view help)
{
    auto& family = out.emplace_back();
    family.name.append("gatehouse_lb_").append(name);
    family.help = help;
    family.type = type;
    return family;
}

MetricFamily& add_counter(families& out, std::string_view name, std::string_view help)
{
    return add(out, name, MetricType::Counter, help);
}

MetricFamily& add_gauge(families& out, std::string_view name, std::string_view help)
{
    return add(out, name, MetricType::Gauge, help);
}

label named(std::string_view name, std::string_view value) { return {std::string(name), std::string(value)}; }

// "-" where the listener answered without a group, as in the access log: PromQL cannot tell an empty label
// from a missing one.
label of_group(const std::string& name) { return named("target_group", name.empty() ? "-" : name); }

void set(MetricFamily& family, labels by, double value)
{
    auto& metric = family.metric.emplace_back();
    metric.label = std::move(by);
    (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

void set(MetricFamily& family, labels by, std::uint64_t value)
{
    set(family, std::move(by), static_cast<double>(value));
}

// A sum of tallies that also count down. The workers are not read at one instant, so it may be off by the
// events of the scrape, but it must not wrap.
void set_level(MetricFamily& family, labels by, std::uint64_t value)
{
    const auto level = static_cast<std::int64_t>(value);
    set(family, std::move(by), level < 0 ? 0.0 : static_cast<double>(level));
}

template <class Stats, class Select>
void set_histogram(MetricFamily& family, labels by, const per_worker<Stats>& stats, Select&& select)
{
    auto& metric = family.metric.emplace_back();
    metric.label = std::move(by);
    auto& histogram = metric.histogram;
    std::uint64_t below = 0;
    for (std::size_t at = 0; at <= duration_tally::bounds_us.size(); ++at) {
        below += stats.sum([&](const Stats& one) { return select(one).bucket(at); });
        const double bound = at < duration_tally::bounds_us.size() ? duration_tally::bounds_us[at] / 1e6
                                                                   : std::numeric_limits<double>::infinity();
        histogram.bucket.push_back({below, bound});
    }
    histogram.sample_count = below;  // of the buckets just read, so that count and +Inf agree
    const auto sum = stats.sum([&](const Stats& one) { return select(one).sum_us(); });
    histogram.sample_sum = static_cast<double>(sum) / 1e6;
}

void append_requests(const all_stats& stats, families& out)
{
    constexpr std::string_view classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    auto& family = add_counter(out, "requests_total",
                               "Requests that ended, by the class of the status sent (none: the client left "
                               "first) and by who made it, the load balancer or the target.");
    for (const auto& [name, route] : stats.routes)
        for (const auto from : {origin::lb, origin::target}) {
            if (from == origin::target && name.second.empty()) continue;  // no group, no target
            for (std::size_t at = 0; at < std::size(classes); ++at)
                set(family,
                    {named("listener", name.first), of_group(name.second), named("code_class", classes[at]),
                     named("origin", to_string(from))},
                    route.sum([&](const route_stats& one) {
                        return one.by_class[static_cast<std::size_t>(from)][at].value();
                    }));
        }
}

void append_groups(const all_stats& stats, families& out)
{
    auto& requests = add(out, "request_duration_seconds", MetricType::Histogram,
                         "From the first byte of a request to the last byte of its response.");
    for (const auto& [name, group] : stats.groups)
        set_histogram(
            requests, {of_group(name)}, group,
            [](const group_stats& one) -> auto& { return one.request_duration; });
    auto& targets = add(out, "target_response_seconds", MetricType::Histogram,
                        "From the request being sent to a target to the head of its response.");
    for (const auto& [name, group] : stats.groups)
        set_histogram(
            targets, {of_group(name)}, group,
            [](const group_stats& one) -> auto& { return one.target_response; });
    auto& errors = add_counter(out, "target_connect_errors_total", "Connections to targets that failed.");
    for (const auto& [name, group] : stats.groups)
        set(errors, {of_group(name)},
            group.sum([](const group_stats& one) { return one.connect_errors.value(); }));
    auto& open = add_counter(out, "fail_open_requests_total",
                             "Requests routed to any target because too few of the group were healthy.");
    for (const auto& [name, group] : stats.groups)
        set(open, {of_group(name)}, group.sum([](const group_stats& one) { return one.fail_open.value(); }));
}

void append_connections(const all_stats& stats, families& out)
{
    auto& now = add_gauge(out, "connections", "Client connections open now.");
    for (const auto& [name, listener] : stats.listeners)
        set_level(now, {named("listener", name)},
                  listener.sum([](const listener_stats& one) { return one.connections.value(); }));
    auto& accepted = add_counter(out, "connections_total", "Client connections accepted.");
    constexpr std::string_view protocols[] = {"http", "https"};
    for (const auto& [name, listener] : stats.listeners)
        for (std::size_t at = 0; at < std::size(protocols); ++at)
            set(accepted, {named("listener", name), named("protocol", protocols[at])},
                listener.sum([at](const listener_stats& one) { return one.accepted[at].value(); }));
}

void append_handshakes(const all_stats& stats, families& out)
{
    constexpr std::string_view versions[] = {"unknown", "TLSv1.2", "TLSv1.3"};
    auto& family =
        add_counter(out, "tls_handshakes_total",
                    "TLS handshakes of clients, by result, version and whether a session was resumed.");
    for (const auto& [name, listener] : stats.listeners)
        for (std::size_t result = 0; result < std::size_t(handshake_result::count_); ++result)
            for (std::size_t version = 0; version < std::size(versions); ++version)
                for (std::size_t resumed = 0; resumed < 2; ++resumed) {
                    const auto count = listener.sum([&](const listener_stats& one) {
                        return one.handshakes[result][version][resumed].value();
                    });
                    const bool ok = handshake_result(result) == handshake_result::ok;
                    const bool possible = ok ? version != 0 : version == 0 && resumed == 0;
                    if (!possible && count == 0) continue;
                    set(family,
                        {named("listener", name), named("result", to_string(handshake_result(result))),
                         named("version", versions[version]),
                         named("resumed", resumed != 0 ? "true" : "false")},
                        count);
                }
}

void append_reasons(const all_stats& stats, families& out)
{
    auto& retries = add_counter(out, "retries_total", "Requests repeated on another target, by reason.");
    for (std::size_t at = 0; at < std::size_t(retry_reason::count_); ++at)
        set(retries, {named("reason", to_string(retry_reason(at)))},
            stats.worker.sum([at](const worker_stats& one) { return one.retries[at].value(); }));
    auto& refused = add_counter(out, "refused_total",
                                "Requests and connections the load balancer refused or gave up, by reason.");
    // From 1: refusal::none refuses nothing.
    for (std::size_t at = 1; at < std::size_t(refusal::count_); ++at)
        set(refused, {named("reason", to_string(refusal(at)))},
            stats.worker.sum([at](const worker_stats& one) { return one.refused[at].value(); }));
}

// The class that ALB's list gives a reason.
http::desync_class class_of(http::desync_reason reason) noexcept
{
    using http::desync_class, http::desync_reason;
    if (reason == desync_reason::none) return desync_class::compliant;
    if (reason < desync_reason::ambiguous_uri) return desync_class::acceptable;
    return reason < desync_reason::bad_content_length ? desync_class::ambiguous : desync_class::severe;
}

void append_desync(const all_stats& stats, families& out)
{
    using http::desync_class, http::desync_reason;
    auto& family = add_counter(out, "desync_total",
                               "Requests that two parsers could read differently, by class and reason.");
    for (const auto tier : {desync_class::acceptable, desync_class::ambiguous, desync_class::severe})
        for (std::size_t at = 0; at < std::size_t(desync_reason::count_); ++at) {
            const auto count = stats.worker.sum(
                [&](const worker_stats& one) { return one.desync[std::size_t(tier)][at].value(); });
            if (count == 0 && class_of(desync_reason(at)) != tier) continue;
            set(family, {named("class", to_string(tier)), named("reason", to_string(desync_reason(at)))},
                count);
        }
}

void append_traffic(const all_stats& stats, families& out)
{
    set(add_counter(out, "received_bytes_total", "Bytes received from clients."), {},
        stats.worker.sum([](const worker_stats& one) { return one.received_bytes.value(); }));
    set(add_counter(out, "sent_bytes_total", "Bytes sent to clients."), {},
        stats.worker.sum([](const worker_stats& one) { return one.sent_bytes.value(); }));
    auto& upstream = add_gauge(out, "upstream_connections", "Connections to targets now, by state.");
    set_level(upstream, {named("state", "active")},
              stats.worker.sum([](const worker_stats& one) { return one.upstream_active.value(); }));
    set_level(upstream, {named("state", "idle")},
              stats.worker.sum([](const worker_stats& one) { return one.upstream_idle.value(); }));
}

}  // namespace

void append_families(const all_stats& stats, std::vector<prometheus::MetricFamily>& out)
{
    append_requests(stats, out);
    append_groups(stats, out);
    append_connections(stats, out);
    append_handshakes(stats, out);
    append_reasons(stats, out);
    append_desync(stats, out);
    append_traffic(stats, out);
}

void append_families(const metrics::gauges& gauges, std::vector<prometheus::MetricFamily>& out)
{
    auto& targets = add_gauge(out, "targets", "Targets, by group, zone and state.");
    for (const auto& one : gauges.targets)
        set(targets, {of_group(one.target_group), named("zone", one.zone), named("state", one.state)},
            one.number);
    // Seconds although people think in days: promtool check metrics insists on base units.
    auto& certificates = add_gauge(out, "certificate_expiry_seconds",
                                   "Time until a certificate expires; negative once it has.");
    constexpr double seconds_a_day = 86400;
    for (const auto& one : gauges.certificates)
        set(certificates, {named("listener", one.listener), named("subject", one.subject)},
            one.days * seconds_a_day);
    set(add_counter(out, "access_log_dropped_total",
                    "Requests missing from the access log: its queue was full or its file failed."),
        {}, gauges.access_log_dropped);
}

}  // namespace gatehouse::lb
