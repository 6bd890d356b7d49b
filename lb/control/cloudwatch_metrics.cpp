#include "lb/control/cloudwatch_metrics.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <utility>

namespace gatehouse::lb {
namespace {

using discovery::aws::form;

constexpr std::size_t groups_per_call = 100;  // PutMetricData takes 1000 metrics in a call, and we send 6 for each

std::string iso_time(std::int64_t now)
{
    const std::time_t seconds = now;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::string text(32, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
    return text;
}

// Writes the metrics of one call, one after the other.
class call {
public:
    call(const std::string& name_space, std::string when) : form_("PutMetricData", "2010-08-01"), when_(std::move(when))
    {
        form_.add("Namespace", name_space);
    }
    form take() { return std::move(form_); }

    void begin(const std::string& metric, const std::string& group, const char* unit)
    {
        member_ = "MetricData.member." + std::to_string(++number_) + '.';
        form_.add(member_ + "MetricName", metric).add(member_ + "Unit", unit).add(member_ + "Timestamp", when_);
        form_.add(member_ + "Dimensions.member.1.Name", "TargetGroup").add(member_ + "Dimensions.member.1.Value", group);
    }
    void count(const std::string& metric, const std::string& group, double value)
    {
        begin(metric, group, "Count");
        form_.add(member_ + "Value", std::to_string(value));
    }
    // As values with how often each occurred, so that percentiles work.
    void times(const std::string& group, const std::array<std::uint64_t, metrics::response_buckets>& counts)
    {
        std::optional<std::size_t> any;
        for (std::size_t i = 0; i < counts.size(); ++i)
            if (counts[i] != 0) any = i;
        if (!any) return;
        begin("TargetResponseTime", group, "Seconds");
        std::size_t place = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (counts[i] == 0) continue;
            const auto at = std::to_string(++place);
            const auto bound = duration_tally::bounds_us[std::min(i, duration_tally::bounds_us.size() - 1)];
            form_.add(member_ + "Values.member." + at, std::to_string(static_cast<double>(bound) / 1e6));
            form_.add(member_ + "Counts.member." + at, std::to_string(counts[i]));
        }
    }

private:
    form form_;
    std::string when_, member_;
    unsigned number_ = 0;
};

void describe(call& to, const std::string& group, const metrics::group_totals& before,
              const metrics::group_totals& now, cloudwatch_metrics::hosts counted)
{
    if (counted.healthy != 0)
        to.count("RequestCountPerTarget", group,
                 static_cast<double>(now.requests - before.requests) / static_cast<double>(counted.healthy));
    to.count("HealthyHostCount", group, static_cast<double>(counted.healthy));
    to.count("UnHealthyHostCount", group, static_cast<double>(counted.unhealthy));
    to.count("HTTPCode_Target_5XX_Count", group, static_cast<double>(now.target_5xx - before.target_5xx));
    to.count("HTTPCode_ELB_5XX_Count", group, static_cast<double>(now.lb_5xx - before.lb_5xx));
    auto responses = now.responses;
    for (std::size_t i = 0; i < responses.size(); ++i) responses[i] -= before.responses[i];
    to.times(group, responses);
}

}  // namespace

std::vector<form> cloudwatch_metrics::report(const std::string& name_space,
                                             const std::map<std::string, metrics::group_totals>& totals,
                                             const std::map<std::string, hosts>& targets, std::int64_t now)
{
    std::vector<form> calls;
    std::optional<call> open;
    std::size_t in_call = 0;
    for (const auto& [group, counted] : targets) {
        const auto known = totals.find(group);
        const auto before = before_.find(group);
        if (known == totals.end() || before == before_.end()) continue;
        if (!open) open.emplace(name_space, iso_time(now));
        describe(*open, group, before->second, known->second, counted);
        if (++in_call < groups_per_call) continue;
        calls.push_back(open->take());
        open.reset();
        in_call = 0;
    }
    if (open) calls.push_back(open->take());
    before_ = totals;
    return calls;
}

}  // namespace gatehouse::lb
