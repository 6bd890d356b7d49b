#pragma once

#include "discovery/aws/asg_poll.hpp"
#include "lb/control/target_registry.hpp"
#include "lb/metrics/metrics.hpp"
#include "service/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace gatehouse::lb {

// Puts what cloudwatch_metrics makes of the counters to CloudWatch once a minute. Lives on the control thread; `out`
// must outlive the executor's loop.
class cloudwatch_reports {
public:
    cloudwatch_reports(boost::asio::any_io_executor control, service::log& out);
    ~cloudwatch_reports();  // calls under way are not waited for
    cloudwatch_reports(const cloudwatch_reports&) = delete;
    cloudwatch_reports& operator=(const cloudwatch_reports&) = delete;

    void configure(const std::string& name_space, discovery::aws::ask_aws ask);  // an empty name space: none is put
    void step(const target_registry& targets, const metrics& counted, std::int64_t now_ms);  // call every second

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace gatehouse::lb
