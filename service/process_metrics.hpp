#pragma once

#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::service {

// What both daemons export about themselves: gatehouse_build_info{version},
// gatehouse_config_last_reload_successful, gatehouse_config_last_reload_timestamp_seconds.
class daemon_metrics {
public:
    explicit daemon_metrics(prometheus::Registry& registry);  // must outlive this
    void reloaded(bool successful);                           // the timestamp moves only on success

private:
    prometheus::Gauge* successful_;
    prometheus::Gauge* timestamp_;
};

// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes, process_open_fds,
// process_max_fds, process_start_time_seconds, process_threads: read from /proc at each scrape.
std::shared_ptr<prometheus::Collectable> make_process_collector();

// The Prometheus text format of everything in `sources`, sorted by name. Families of one name are merged;
// they must agree on their type. A source that is gone is left out.
std::string metrics_text(const std::vector<std::weak_ptr<prometheus::Collectable>>& sources);

}  // namespace gatehouse::service
