#include "service/process_metrics.hpp"

#include <boost/assert.hpp>

#include <prometheus/gauge.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string_view>

namespace gatehouse::service {

namespace {

prometheus::Gauge& single_gauge(prometheus::Registry& registry, const char* name, const char* help,
                                const prometheus::Labels& labels = {})
{
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

std::string content_of(const char* path)
{
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

// /proc/self/stat by the numbers of proc(5). Fields 1 and 2 are left out: the second is the command, which
// may hold spaces and parentheses, so counting begins behind its last ')'.
class stat_fields {
public:
    stat_fields()
    {
        const auto text = content_of("/proc/self/stat");
        const auto command_end = text.rfind(')');
        if (command_end == std::string::npos) return;
        std::istringstream rest(text.substr(command_end + 1));
        values_.assign(std::istream_iterator<std::string>(rest), {});
    }
    double operator[](std::size_t field) const
    {
        return field - 3 < values_.size() ? std::stod(values_[field - 3]) : 0;
    }

private:
    std::vector<std::string> values_;
};

double boot_time()
{
    std::istringstream lines(content_of("/proc/stat"));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("btime ")) return std::stod(line.substr(6));
    return 0;
}

double open_descriptors()
{
    std::error_code unreadable;
    const std::filesystem::directory_iterator all("/proc/self/fd", unreadable);
    if (unreadable) return 0;
    return static_cast<double>(std::distance(begin(all), end(all))) - 1;  // one is the listing itself
}

double descriptor_limit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<double>(limit.rlim_cur);
}

prometheus::MetricFamily family(const char* name, const char* help, prometheus::MetricType type, double value)
{
    prometheus::ClientMetric metric;
    metric.counter.value = metric.gauge.value = value;
    return {name, help, type, {metric}};
}

class process_collector : public prometheus::Collectable {
public:
    std::vector<prometheus::MetricFamily> Collect() const override
    {
        using enum prometheus::MetricType;
        const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
        const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
        const stat_fields stat;
        return {
            family("process_cpu_seconds_total", "User and system CPU time spent.", Counter,
                   (stat[14] + stat[15]) / ticks),
            family("process_max_fds", "Limit of open file descriptors.", Gauge, descriptor_limit()),
            family("process_open_fds", "Open file descriptors.", Gauge, open_descriptors()),
            family("process_resident_memory_bytes", "Resident memory.", Gauge, stat[24] * page),
            family("process_start_time_seconds", "Start of the process since the epoch.", Gauge,
                   boot_time() + stat[22] / ticks),
            family("process_threads", "Threads of the process.", Gauge, stat[20]),
            family("process_virtual_memory_bytes", "Virtual memory.", Gauge, stat[23]),
        };
    }
};

}  // namespace

daemon_metrics::daemon_metrics(prometheus::Registry& registry)
    : successful_(&single_gauge(registry, "gatehouse_config_last_reload_successful",
                                "1 when the last attempt to load the configuration succeeded, else 0.")),
      timestamp_(&single_gauge(registry, "gatehouse_config_last_reload_timestamp_seconds",
                               "When the running configuration was loaded, since the epoch."))
{
    single_gauge(registry, "gatehouse_build_info", "1, with the version as a label.",
                 {{"version", GATEHOUSE_VERSION}})
        .Set(1);
}

void daemon_metrics::reloaded(bool successful)
{
    successful_->Set(successful ? 1 : 0);
    if (!successful) return;
    const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
    timestamp_->Set(now.count());
}

std::shared_ptr<prometheus::Collectable> make_process_collector()
{
    return std::make_shared<process_collector>();
}

std::string metrics_text(const std::vector<std::weak_ptr<prometheus::Collectable>>& sources)
{
    std::map<std::string, prometheus::MetricFamily> by_name;
    for (const auto& source : sources) {
        const auto alive = source.lock();
        if (!alive) continue;
        for (auto& each : alive->Collect()) {
            auto& merged =
                by_name.try_emplace(each.name, prometheus::MetricFamily{each.name, each.help, each.type, {}})
                    .first->second;
            BOOST_ASSERT_MSG(merged.type == each.type, "one metric name, two types");
            std::move(each.metric.begin(), each.metric.end(), std::back_inserter(merged.metric));
        }
    }
    std::vector<prometheus::MetricFamily> sorted;
    for (auto& [name, each] : by_name) sorted.push_back(std::move(each));
    return prometheus::TextSerializer().Serialize(sorted);
}

}  // namespace gatehouse::service
