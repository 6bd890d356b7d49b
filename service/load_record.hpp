#pragma once

#include "service/log.hpp"
#include "service/process_metrics.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace gatehouse::service {

// Which configuration is served and how the last attempt to load one went: for metrics, log and status. Control thread.
class load_record {
public:
    load_record(daemon_metrics& counters, log& out) : counters_(counters), out_(out) {}  // both must outlive it

    void served();                      // a configuration took effect
    void reloaded(const std::string& file);  // and it was a reload
    std::vector<std::string> refused(std::vector<std::string> errors);  // none did; returns what is wrong

    std::uint64_t generation() const noexcept { return generation_; }
    boost::json::value status(const std::string& file) const;  // "config" in /api/v1/status

private:
    daemon_metrics& counters_;
    log& out_;
    std::int64_t loaded_at_ = 0;  // unix seconds
    std::uint64_t generation_ = 0;
    bool last_successful_ = true;
    std::vector<std::string> last_errors_;
};

}  // namespace gatehouse::service
