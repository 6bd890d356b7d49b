#include "lb/control/cloudwatch_metrics.hpp"

#include <catch2/catch.hpp>

using namespace gatehouse::lb;

namespace {

using totals = std::map<std::string, metrics::group_totals>;

totals counted(std::uint64_t requests, std::uint64_t errors, std::uint64_t quick)
{
    totals made;
    made["web"].requests = requests;
    made["web"].lb_5xx = errors;
    made["web"].target_5xx = 2 * errors;
    made["web"].responses[2] = quick;  // up to 2.5 ms
    return made;
}

bool has(const gatehouse::discovery::aws::form& what, std::string_view text)
{
    return what.text().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("the first report only sets the mark", "[control][cloudwatch]")
{
    cloudwatch_metrics reports;
    CHECK(reports.report("Gatehouse", counted(100, 1, 5), {{"web", {2, 0}}}, 0).empty());
}

TEST_CASE("a report tells what was counted since the one before", "[control][cloudwatch]")
{
    cloudwatch_metrics reports;
    reports.report("Gatehouse", counted(100, 1, 5), {{"web", {2, 1}}}, 0);
    const auto calls = reports.report("Gatehouse", counted(160, 4, 9), {{"web", {2, 1}}}, 1704164645);
    REQUIRE(calls.size() == 1);
    const auto& told = calls[0];
    CHECK(has(told, "Action=PutMetricData&Version=2010-08-01&Namespace=Gatehouse&"));
    CHECK(has(told, "MetricData.member.1.MetricName=RequestCountPerTarget&MetricData.member.1.Unit=Count&"
                    "MetricData.member.1.Timestamp=2024-01-02T03%3A04%3A05Z&"
                    "MetricData.member.1.Dimensions.member.1.Name=TargetGroup&"
                    "MetricData.member.1.Dimensions.member.1.Value=web&MetricData.member.1.Value=30.000000"));
    CHECK(has(told, "member.2.MetricName=HealthyHostCount"));
    CHECK(has(told, "member.2.Value=2.000000"));
    CHECK(has(told, "member.3.Value=1.000000"));
    CHECK(has(told, "member.4.MetricName=HTTPCode_Target_5XX_Count"));
    CHECK(has(told, "member.4.Value=6.000000"));
    CHECK(has(told, "member.5.Value=3.000000"));
    CHECK(has(told, "member.6.MetricName=TargetResponseTime"));
    CHECK(has(told, "member.6.Values.member.1=0.002500&MetricData.member.6.Counts.member.1=4"));
}

TEST_CASE("no request count per target without a healthy target, and no times without a response",
          "[control][cloudwatch]")
{
    cloudwatch_metrics reports;
    reports.report("Gatehouse", counted(100, 0, 5), {{"web", {0, 1}}}, 0);
    const auto calls = reports.report("Gatehouse", counted(160, 0, 5), {{"web", {0, 1}}}, 60);
    REQUIRE(calls.size() == 1);
    CHECK_FALSE(has(calls[0], "RequestCountPerTarget"));
    CHECK_FALSE(has(calls[0], "TargetResponseTime"));
}

TEST_CASE("many groups are several calls", "[control][cloudwatch]")
{
    cloudwatch_metrics reports;
    totals all;
    std::map<std::string, cloudwatch_metrics::hosts> hosts;
    for (int i = 0; i < 250; ++i) {
        all["g" + std::to_string(i)].requests = 1;
        hosts["g" + std::to_string(i)] = {1, 0};
    }
    reports.report("Gatehouse", all, hosts, 0);
    CHECK(reports.report("Gatehouse", all, hosts, 60).size() == 3);
}
