#include "bastion/limits/startup_gate.hpp"
#include "bastion/metrics/metrics.hpp"
#include "bastion/session/session_book.hpp"
#include "bastion/ssh/buffer_budget.hpp"

#include <catch2/catch.hpp>

#include <prometheus/text_serializer.h>

using namespace gatehouse;
using bastion::metrics;

namespace {

std::string text_of(const prometheus::Collectable& from) { return prometheus::TextSerializer().Serialize(from.Collect()); }

}  // namespace

TEST_CASE("series that alerts look at exist before their first event", "[bastion][metrics]")
{
    prometheus::Registry registry;
    const metrics counters(registry);
    const auto text = text_of(registry);
    CHECK(text.find("gatehouse_bastion_session_ends_total{reason=\"idle\"} 0") != text.npos);
    CHECK(text.find("gatehouse_bastion_refused_requests_total{kind=\"x11\"} 0") != text.npos);
    CHECK(text.find("gatehouse_bastion_audit_failures_total 0") != text.npos);
}

TEST_CASE("logins and jumps are counted by outcome and reason", "[bastion][metrics]")
{
    prometheus::Registry registry;
    metrics counters(registry);
    counters.count(metrics::login::accepted, "key");
    counters.count(metrics::login::accepted, "certificate");
    counters.count(metrics::login::refused, "revoked");
    counters.count(metrics::opening::failed, "connect_timeout");
    counters.moved(10, 20);
    counters.connected(std::chrono::milliseconds(3));
    CHECK(counters.logins() == 2);
    const auto text = text_of(registry);
    CHECK(text.find("gatehouse_bastion_logins_total{reason=\"revoked\",result=\"refused\"} 1") != text.npos);
    CHECK(text.find("gatehouse_bastion_channel_opens_total{reason=\"connect_timeout\",result=\"failed\"} 1") != text.npos);
    CHECK(text.find("gatehouse_bastion_bytes_total{direction=\"sent\"} 20") != text.npos);
    CHECK(text.find("gatehouse_bastion_connect_seconds_bucket{le=\"0.005\"} 1") != text.npos);
}

TEST_CASE("how long keys are not those of their files is shown by kind", "[bastion][metrics]")
{
    prometheus::Registry registry;
    metrics counters(registry);
    CHECK(text_of(registry).find("gatehouse_bastion_stale_keys_seconds{keys=\"user\"} 0") != std::string::npos);
    counters.stale(metrics::keys::host, std::chrono::minutes(2));
    const auto text = text_of(registry);
    CHECK(text.find("gatehouse_bastion_stale_keys_seconds{keys=\"host\"} 120") != text.npos);
    CHECK(text.find("gatehouse_bastion_stale_keys_seconds{keys=\"user\"} 0") != text.npos);
}

TEST_CASE("who is in is counted at the scrape", "[bastion][metrics]")
{
    bastion::session_book book;
    bastion::startup_gate startups;
    bastion::buffer_budget buffers;
    buffers.take(4096);
    const auto collector = bastion::make_presence_collector(book, startups, buffers);
    const auto stranger = startups.enter({}, bastion::source_history::unknown, 0);
    bastion::session_entry who;
    who.id = "a";
    const auto seat = book.enter(std::move(who), [](std::string) {});
    bastion::channel_entry jump;
    jump.group = "web";
    seat->opened(jump);
    const auto text = text_of(*collector);
    CHECK(text.find("gatehouse_bastion_sessions 1") != text.npos);
    CHECK(text.find("gatehouse_bastion_channels{group=\"web\"} 1") != text.npos);
    CHECK(text.find("gatehouse_bastion_unauthenticated_connections 1") != text.npos);
    CHECK(text.find("gatehouse_bastion_buffered_bytes 4096") != text.npos);
}
