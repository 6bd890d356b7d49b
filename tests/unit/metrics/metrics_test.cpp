#include "lb/metrics/metrics.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <prometheus/text_serializer.h>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace gatehouse::lb;

namespace {

std::string scraped(const metrics& all) { return prometheus::TextSerializer().Serialize(all.Collect()); }

bool has(const std::string& page, std::string_view line)
{
    return page.starts_with(std::string(line) + '\n') ||
           page.find('\n' + std::string(line) + '\n') != page.npos;
}

// One of everything, so that every family has a series.
void fill(metrics& all)
{
    all.route(0, "https", "web").count(origin::target, 200);
    all.group(0, "web").request_duration.observe(1500);
    all.listener(0, "https").connections.add();
    all.ask([] {
        return metrics::gauges{{{"web", "eu-west-2a", "healthy", 2}}, {{"https", "CN=site.example", 1.5}}, 4};
    });
}

}  // namespace

TEST_CASE("every metric has the name and the type the golden file gives it", "[metrics]")
{
    metrics all(2);
    fill(all);
    constexpr std::string_view types[] = {"counter", "gauge", "summary", "untyped", "histogram"};
    std::set<std::string> exported;
    for (const auto& family : all.Collect()) {
        CHECK_FALSE(family.help.empty());
        CHECK_FALSE(family.metric.empty());
        exported.insert(family.name + ' ' + std::string(types[static_cast<std::size_t>(family.type)]));
    }
    std::set<std::string> golden;
    std::ifstream file(GATEHOUSE_GOLDEN "/lb_metrics.txt");
    for (std::string line; std::getline(file, line);)
        if (!line.starts_with('#')) golden.insert(line);
    CHECK(exported == golden);
}

TEST_CASE("a scrape adds up the workers", "[metrics]")
{
    metrics all(3);
    all.route(0, "https", "web").count(origin::target, 200);
    all.route(2, "https", "web").count(origin::target, 204);
    all.route(2, "https", "web").count(origin::lb, 503);
    all.route(1, "http", "").count(origin::lb, 301);
    all.worker(0).received_bytes.add(5);
    all.worker(1).received_bytes.add(6);
    const auto page = scraped(all);
    const std::string requests = "gatehouse_lb_requests_total";
    CHECK(
        has(page, requests + R"({listener="https",target_group="web",code_class="2xx",origin="target"} 2)"));
    CHECK(has(page, requests + R"({listener="https",target_group="web",code_class="5xx",origin="lb"} 1)"));
    CHECK(
        has(page, requests + R"({listener="https",target_group="web",code_class="5xx",origin="target"} 0)"));
    CHECK(has(page, requests + R"({listener="http",target_group="-",code_class="3xx",origin="lb"} 1)"));
    CHECK(page.find(R"(target_group="-",code_class="2xx",origin="target")") == page.npos);
    CHECK(has(page, "gatehouse_lb_received_bytes_total 11"));
    CHECK(all.requests() == 4);
}

TEST_CASE("a histogram is cumulative, in seconds, and ends at infinity", "[metrics]")
{
    metrics all(2);
    all.group(0, "web").request_duration.observe(400);
    all.group(1, "web").request_duration.observe(2'000);
    all.group(1, "web").request_duration.observe(90'122'600);
    const auto page = scraped(all);
    const std::string name = "gatehouse_lb_request_duration_seconds";
    CHECK(has(page, name + R"(_bucket{target_group="web",le="0.0005"} 1)"));
    CHECK(has(page, name + R"(_bucket{target_group="web",le="0.001"} 1)"));
    CHECK(has(page, name + R"(_bucket{target_group="web",le="0.0025"} 2)"));
    CHECK(has(page, name + R"(_bucket{target_group="web",le="60"} 2)"));
    CHECK(has(page, name + R"(_bucket{target_group="web",le="+Inf"} 3)"));
    CHECK(has(page, name + R"(_count{target_group="web"} 3)"));
    CHECK(has(page, name + R"(_sum{target_group="web"} 90.125)"));
}

TEST_CASE("every reason is there at zero before it happens", "[metrics]")
{
    const metrics all(1);
    const auto page = scraped(all);
    for (std::size_t at = 1; at < std::size_t(refusal::count_); ++at)
        CHECK(has(page,
                  "gatehouse_lb_refused_total{reason=\"" + std::string(to_string(refusal(at))) + "\"} 0"));
    CHECK_FALSE(has(page, R"(gatehouse_lb_refused_total{reason="none"} 0)"));
    for (const auto* reason : {"connect_failed", "connect_timeout", "connection_closed"})
        CHECK(has(page, "gatehouse_lb_retries_total{reason=\"" + std::string(reason) + "\"} 0"));
    CHECK(has(page, R"(gatehouse_lb_desync_total{class="Acceptable",reason="SpaceInUri"} 0)"));
    CHECK(has(page, R"(gatehouse_lb_desync_total{class="Ambiguous",reason="AmbiguousUri"} 0)"));
    CHECK(has(page, R"(gatehouse_lb_desync_total{class="Severe",reason="BadMethod"} 0)"));
    CHECK(page.find(R"(class="Severe",reason="SpaceInUri")") == page.npos);
}

TEST_CASE("what a worker counts shows under its reason", "[metrics]")
{
    metrics all(2);
    all.worker(1).refused[std::size_t(refusal::head_timeout)].add();
    all.worker(1).retries[std::size_t(retry_reason::connect_timeout)].add(2);
    all.worker(0)
        .desync[std::size_t(http::desync_class::severe)][std::size_t(http::desync_reason::space_in_uri)]
        .add();
    all.worker(0).upstream_idle.add(3);
    all.worker(1).upstream_idle.add(2);
    all.worker(1).upstream_active.add();
    const auto page = scraped(all);
    CHECK(has(page, R"(gatehouse_lb_refused_total{reason="head_timeout"} 1)"));
    CHECK(has(page, R"(gatehouse_lb_retries_total{reason="connect_timeout"} 2)"));
    CHECK(has(page, R"(gatehouse_lb_desync_total{class="Severe",reason="SpaceInUri"} 1)"));
    CHECK(has(page, R"(gatehouse_lb_upstream_connections{state="idle"} 5)"));
    CHECK(has(page, R"(gatehouse_lb_upstream_connections{state="active"} 1)"));
}

TEST_CASE("a listener shows its connections and handshakes", "[metrics]")
{
    metrics all(2);
    auto& https = all.listener(1, "https");
    https.connections.add(2);
    https.connections.subtract();
    https.accepted[1].add(2);
    https.handshakes[std::size_t(handshake_result::ok)][2][1].add();
    https.handshakes[std::size_t(handshake_result::failed)][1][0].add();
    all.listener(0, "leaving").connections.subtract();  // the scrape saw the end before the beginning
    const auto page = scraped(all);
    const std::string name = "gatehouse_lb_tls_handshakes_total";
    CHECK(has(page, R"(gatehouse_lb_connections{listener="https"} 1)"));
    CHECK(has(page, R"(gatehouse_lb_connections{listener="leaving"} 0)"));
    CHECK(all.connections("https") == 1);
    CHECK(all.connections("unknown") == 0);
    CHECK(has(page, R"(gatehouse_lb_connections_total{listener="https",protocol="https"} 2)"));
    CHECK(has(page, R"(gatehouse_lb_connections_total{listener="https",protocol="http"} 0)"));
    CHECK(has(page, name + R"({listener="https",result="ok",version="TLSv1.3",resumed="true"} 1)"));
    CHECK(has(page, name + R"({listener="https",result="ok",version="TLSv1.2",resumed="false"} 0)"));
    CHECK(has(page, name + R"({listener="https",result="failed",version="TLSv1.2",resumed="false"} 1)"));
    CHECK(has(page, name + R"({listener="https",result="timeout",version="unknown",resumed="false"} 0)"));
    CHECK(page.find(R"(result="failed",version="TLSv1.3")") == page.npos);
}

TEST_CASE("gauges are asked for at each scrape, until the source is withdrawn", "[metrics]")
{
    metrics all(1);
    double number = 0;
    all.ask([&] {
        return metrics::gauges{{{"web", "eu-west-2a", "healthy", ++number}}, {{"https", "CN=a", 2}}, 7};
    });
    CHECK(
        has(scraped(all), R"(gatehouse_lb_targets{target_group="web",zone="eu-west-2a",state="healthy"} 1)"));
    const auto page = scraped(all);
    CHECK(has(page, R"(gatehouse_lb_targets{target_group="web",zone="eu-west-2a",state="healthy"} 2)"));
    CHECK(has(page, R"(gatehouse_lb_certificate_expiry_seconds{listener="https",subject="CN=a"} 172800)"));
    CHECK(has(page, "gatehouse_lb_access_log_dropped_total 7"));
    all.ask({});
    CHECK(has(scraped(all), "gatehouse_lb_access_log_dropped_total 0"));
    CHECK(number == 2);
}

TEST_CASE("what was handed out stays where it is", "[metrics]")
{
    metrics all(2);
    auto* const route = &all.route(1, "https", "web");
    for (int at = 0; at < 100; ++at) all.route(0, "https", "group-" + std::to_string(at));
    CHECK(&all.route(1, "https", "web") == route);
    CHECK(&all.route(0, "https", "web") != route);
    CHECK(reinterpret_cast<std::uintptr_t>(route) % 64 == 0);
}

TEST_CASE("promtool finds nothing to say about the page", "[metrics]")
{
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
        WARN("skipped: promtool (package prometheus) is not installed");
        return;
    }
    metrics all(1);
    fill(all);
    auto* const promtool = ::popen("promtool check metrics", "w");
    REQUIRE(promtool != nullptr);
    std::fputs(scraped(all).c_str(), promtool);
    CHECK(::pclose(promtool) == 0);
}
