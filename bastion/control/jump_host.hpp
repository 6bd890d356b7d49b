#pragma once

#include "bastion/audit/audit_log.hpp"
#include "bastion/control/session_hooks.hpp"
#include "bastion/limits/recent_logins.hpp"
#include "bastion/limits/session_quota.hpp"
#include "bastion/limits/source_penalties.hpp"
#include "bastion/limits/startup_gate.hpp"
#include "bastion/metrics/metrics.hpp"
#include "bastion/rulebook.hpp"
#include "bastion/session/last_denials.hpp"
#include "bastion/session/session_book.hpp"
#include "bastion/ssh/buffer_budget.hpp"
#include "bastion/worker/house.hpp"
#include "bastion/worker/worker.hpp"
#include "conf/config.hpp"
#include "discovery/directory.hpp"
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

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::bastion {

// The bastion as the control thread sees it: follows configuration, key files and house, and publishes rulebooks to the
// workers. Everything runs on `control`, which one thread runs and which outlives it, as does `out`.
class jump_host {
public:
    // Throws std::system_error or std::runtime_error when the configuration cannot be put to work.
    // `inherited`: listening descriptors by name; those of "ssh" serve in place of `bind`.
    jump_host(boost::asio::io_context& control, std::shared_ptr<const conf::config> settings,
              std::map<std::string, std::vector<int>> inherited, service::log& out);
    ~jump_host();
    jump_host(const jump_host&) = delete;
    jump_host& operator=(const jump_host&) = delete;

    // Reads the configuration and every file that it names again and, when all is good, decides by it, also about who
    // is in. Opens the audit log anew. What is wrong otherwise, and then nothing has changed.
    std::vector<std::string> reload();

    // Lets nobody in any more and who is in finish within limits.drain, then calls `done` on the control thread.
    void drain(std::function<void()> done);
    bool draining() const noexcept { return draining_; }

    // For the admin API.
    const conf::config& settings() const noexcept { return *settings_; }
    const rulebook& rules() const noexcept { return *rules_; }
    const discovery::inventory& inventory() const noexcept { return directory_.current(); }
    session_book& sessions() noexcept { return book_; }
    const session_book& sessions() const noexcept { return book_; }
    source_penalties& penalties() noexcept { return penalties_; }
    const startup_gate& startups() const noexcept { return startups_; }
    const metrics& counters() const noexcept { return counters_; }
    std::vector<service::opened_socket> sockets() const { return sockets_.bound(); }
    unsigned worker_count() const noexcept { return pool_.size(); }
    std::string metrics_text() const;
    const service::load_record& last_load() const noexcept { return record_; }
    std::int64_t uptime_seconds() const;
    bool alive() const;  // no worker is stuck: each has turned its loop within the last 10 s

private:
    void put_to_work(std::shared_ptr<const conf::config> settings);
    void publish(rulebook next, std::vector<std::shared_ptr<server>> ssh = {},
                 std::vector<service::socket_table::opened> opened = {});
    void hold_instances();
    void every_second();
    void watch_files();
    void files_changed();
    void show_stale_keys();
    void warn_of_late_changes(const conf::config& next);

    boost::asio::io_context& control_;
    service::log& out_;
    std::shared_ptr<const conf::config> settings_;
    std::shared_ptr<prometheus::Registry> registry_;
    service::daemon_metrics daemon_metrics_;
    service::load_record record_;
    std::shared_ptr<prometheus::Collectable> process_metrics_;
    metrics counters_;
    audit_log audit_;
    session_book book_;
    startup_gate startups_;
    recent_logins logins_;
    source_penalties penalties_;
    session_quota quota_;
    last_denials denials_;
    service::shortage shortage_;
    std::shared_ptr<buffer_budget> buffers_ = std::make_shared<buffer_budget>();
    std::shared_ptr<prometheus::Collectable> presence_;
    house house_;
    service::workers pool_;
    std::vector<std::unique_ptr<worker>> workers_;

    discovery::directory directory_;
    session_hooks hooks_;
    service::socket_table sockets_;
    std::vector<conf::bind_address> addresses_;  // of every worker
    service::file_watch files_;
    boost::asio::steady_timer seconds_;
    rulebook_ptr rules_;
    std::optional<std::int64_t> unread_at_ms_;  // a file of keys could not be read, at the last attempt
    std::optional<std::int64_t> user_keys_stale_ms_, host_keys_stale_ms_;  // since when
    std::int64_t started_ = 0;
    unsigned drained_workers_ = 0;
    bool draining_ = false;
};

}  // namespace gatehouse::bastion
