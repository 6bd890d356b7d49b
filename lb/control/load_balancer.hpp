#pragma once

#include "conf/config.hpp"
#include "discovery/directory.hpp"
#include "lb/control/auto_scaling_loop.hpp"
#include "lb/control/own_zone.hpp"
#include "lb/control/plan_builder.hpp"
#include "lb/control/target_registry.hpp"
#include "lb/control/tls_store.hpp"
#include "lb/health/health_checker.hpp"
#include "lb/log/access_log.hpp"
#include "lb/metrics/metrics.hpp"
#include "lb/worker/worker.hpp"
#include "service/file_watch.hpp"
#include "service/load_record.hpp"
#include "service/log.hpp"
#include "service/process_metrics.hpp"
#include "service/ready_report.hpp"
#include "service/shortage.hpp"
#include "service/socket_table.hpp"
#include "service/workers.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <prometheus/registry.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::lb {

// The load balancer as the control thread sees it: follows configuration, house and health, and publishes plans to
// the workers. Everything runs on `control`, which one thread runs and which outlives it, as does `out`.
class load_balancer {
public:
    // Throws std::system_error or std::runtime_error when the configuration cannot be put to work.
    // `inherited`: listening descriptors by listener name.
    load_balancer(boost::asio::io_context& control, std::shared_ptr<const conf::config> settings,
                  std::map<std::string, std::vector<int>> inherited, service::log& out);
    ~load_balancer();
    load_balancer(const load_balancer&) = delete;
    load_balancer& operator=(const load_balancer&) = delete;

    // Reads the configuration file again and, when it is good, serves by it. What is wrong otherwise, and then
    // nothing has changed.
    std::vector<std::string> reload();

    // Stops accepting, lets running requests end within timeouts.drain, then calls `done` on the control thread.
    void drain(std::function<void()> done);
    bool draining() const noexcept { return draining_; }

    bool set_drained(const std::string& group, const std::string& id, bool drained);
    target_registry::shift shift_zone(const std::string& zone, std::chrono::seconds lasting);
    bool end_zone_shift(const std::string& zone);

    // For the admin API.
    const conf::config& settings() const noexcept { return *settings_; }
    const target_registry& targets() const noexcept { return targets_; }
    const discovery::inventory& house() const noexcept { return directory_.current(); }
    std::optional<boost::asio::awaitable<discovery::aws::discover_report>> discover() const { return directory_.discover(); }
    const plan_builder& plans() const noexcept { return plans_; }
    const metrics& counters() const noexcept { return *counters_; }
    std::vector<service::opened_socket> sockets() const { return sockets_.bound(); }
    unsigned worker_count() const noexcept { return pool_.size(); }
    std::string metrics_text() const;
    // One at a time: held for as long as a discover() is under way; null while another is.
    std::shared_ptr<const bool> begin_discovery();
    const service::load_record& last_load() const noexcept { return record_; }
    std::int64_t uptime_seconds() const;
    bool alive() const;  // no worker is stuck: each has turned its loop within the last 10 s

private:
    void put_to_work(std::shared_ptr<const conf::config> settings);
    void publish(const std::vector<service::socket_table::opened>& sockets);
    void publish_again();
    void warn_of_late_changes(const conf::config& next);
    void watch_targets();
    void watch_certificates();
    void reload_certificates();
    void every_second();
    void suspected(const std::shared_ptr<target>& which);

    boost::asio::io_context& control_;
    service::log& out_;
    std::shared_ptr<const conf::config> settings_;
    std::shared_ptr<prometheus::Registry> registry_;
    service::daemon_metrics daemon_metrics_;
    service::load_record record_;
    std::shared_ptr<prometheus::Collectable> process_metrics_;
    service::workers pool_;
    std::shared_ptr<metrics> counters_;
    access_log access_log_;
    service::shortage shortage_;
    door door_;
    std::vector<std::unique_ptr<worker>> workers_;

    discovery::directory directory_;
    target_registry targets_;
    auto_scaling_loop auto_scaling_;
    own_zone zone_;
    health_checker checker_;
    tls_store tls_;
    service::socket_table sockets_;
    plan_builder plans_;
    std::vector<service::socket_table::opened> addresses_;  // of each worker, without descriptors
    service::file_watch certificates_;
    boost::asio::steady_timer seconds_;
    std::int64_t started_ = 0, tickets_rotated_ = 0;
    unsigned drained_workers_ = 0;
    bool draining_ = false;
    std::weak_ptr<const bool> discovery_;  // under way
};

}  // namespace gatehouse::lb
